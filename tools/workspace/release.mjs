// Releases the packages whose own files changed since their last tag, and no others: Nx by itself would also release what depends on
// them, the command among it, although its range lets the new version in.
// usage: node tools/workspace/release.mjs [options of nx release, such as --dry-run --skip-publish]
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { changelogOf, withoutUnreleased } from './changelogs.mjs';

const changed = readdirSync('packages').flatMap((folder) => {
  const { name, version } = JSON.parse(readFileSync(join('packages', folder, 'package.json'), 'utf8'));
  const range = git('tag', '--list', `${name}@${version}`) === '' ? 'HEAD' : `${name}@${version}..HEAD`;
  return git('log', '--format=%h', range, '--', `packages/${folder}`) === '' ? [] : [name];
});
if (changed.length === 0) {
  console.log('no package changed since its last release');
} else {
  const nx = join('node_modules', 'nx/dist/bin/nx.js');
  const argv = [nx, 'release', `--projects=${changed.join(',')}`, ...process.argv.slice(2)];
  const before = takeUnreleasedAway();
  process.exitCode = spawnSync(process.execPath, argv, { stdio: 'inherit' }).status ?? 1;
  const isKept = process.argv.includes('--dry-run') || process.exitCode !== 0;
  if (isKept) for (const [path, text] of before) writeFileSync(path, text);
}

/** The change logs that a release writes, without the section that it replaces; returns them as they were. */
function takeUnreleasedAway() {
  const paths = readdirSync('packages')
    .map(changelogOf)
    .filter((path) => existsSync(path));
  const before = new Map(paths.map((path) => [path, readFileSync(path, 'utf8')]));
  for (const [path, text] of before) {
    const released = withoutUnreleased(text);
    if (released === '') rmSync(path);
    else writeFileSync(path, released);
  }
  return before;
}

function git(...argv) {
  return execFileSync('git', argv, { encoding: 'utf8' }).trim();
}
