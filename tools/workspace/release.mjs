// Releases the packages whose own files changed since their last tag, and no others: Nx by itself would also release what depends on
// them, the command among it, although its range lets the new version in.
// usage: node tools/workspace/release.mjs [options of nx release, such as --dry-run --skip-publish]
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

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
  process.exitCode = spawnSync(process.execPath, argv, { stdio: 'inherit' }).status ?? 1;
}

function git(...argv) {
  return execFileSync('git', argv, { encoding: 'utf8' }).trim();
}
