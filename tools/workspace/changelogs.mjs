// Writes what each package has unreleased into its CHANGELOG.md, as Nx would render it, under the heading "Unreleased". A release takes
// that section away and writes its own in its place.
// usage: node tools/workspace/changelogs.mjs [--check]
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const heading = '## Unreleased';

/** Where the change log of a package is. */
export const changelogOf = (folder) => join('packages', folder, 'CHANGELOG.md');

/** A change log without its section of what is unreleased; empty where there is no other. */
export function withoutUnreleased(text) {
  const [before, ...rest] = text.split(/^(?=#{1,2} )/m);
  return [before, ...rest].filter((section) => !section.startsWith(heading)).join('');
}

/** By folder, what Nx would write on a release now, without its version and the versions of dependencies, which are not there yet. */
function unreleased() {
  const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', CI: 'true', FORCE_COLOR: '0' };
  const argv = ['tools/workspace/release.mjs', '--dry-run', '--skip-publish'];
  const said = stripVTControlCharacters(execFileSync(process.execPath, argv, { env, encoding: 'utf8', stdio: 'pipe' }));
  const found = new Map();
  for (const block of said.split(/^(?= *NX {3})/m)) {
    const [, folder] = /^ *NX {3}Previewing an entry in packages\/([^/]+)\/CHANGELOG\.md /.exec(block) ?? [];
    if (folder === undefined) continue;
    const added = block.split('\n').flatMap((line) => (/^\+( |$)/.test(line) ? [line.slice(2)] : []));
    const [, ...below] = added.join('\n').trim().split('\n');
    const sections = below.join('\n').split(/^(?=### )/m);
    const kept = sections.filter((section) => !section.startsWith('### Dependencies'));
    found.set(folder, `${heading}\n\n${kept.join('').trim()}\n`.replace(/\n+$/, '\n'));
  }
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const faults = [];
  const isCheck = process.argv.includes('--check');
  const isShallow =
    execFileSync('git', ['rev-parse', '--is-shallow-repository'], { encoding: 'utf8' }).trim() === 'true';
  if (isShallow && isCheck) console.log('the history is not all here: entries of change logs are not compared');
  const now = isShallow && isCheck ? new Map() : unreleased();
  for (const folder of readdirSync('packages')) {
    const path = changelogOf(folder);
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    if (!isCheck) {
      const released = withoutUnreleased(text);
      writeFileSync(path, [now.get(folder) ?? '', released].filter((part) => part !== '').join('\n'));
      continue;
    }
    if (text === '') faults.push(`${path} is missing: run npm run changelogs`);
    const own = text.slice(0, text.length - withoutUnreleased(text).length);
    // Commits since the file was last written are not in it yet; what is in it must be what Nx says.
    const known = new Set((now.get(folder) ?? '').split('\n'));
    const strange = own.split('\n').filter((line) => line !== '' && line !== heading && !known.has(line));
    if (!isShallow && strange.length > 0) faults.push(`${path} has what Nx does not list: ${strange.join(' | ')}`);
  }
  for (const fault of faults) console.error(fault);
  if (isCheck && faults.length === 0)
    console.log('every package has its change log, with nothing that Nx does not list');
  process.exitCode = faults.length === 0 ? 0 : 1;
}
