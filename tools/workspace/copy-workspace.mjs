import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * A copy of what git tracks or would, in a temporary folder, with node_modules linked entry by entry, so that packages can be added
 * to it and nothing that is done there reaches the workspace. Goldens are left out.
 */
export function copyWorkspace() {
  const copy = realpathSync(mkdtempSync(join(tmpdir(), 'understory-copy-')));
  const listed = execFileSync('git', ['ls-files', '-coz', '--exclude-standard'], { cwd: root, encoding: 'utf8' });
  for (const path of new Set(listed.split('\0').filter(Boolean))) {
    // What is deleted in a working tree is still tracked.
    if (path.startsWith('fixtures/') || !existsSync(join(root, path))) continue;
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(root, path), join(copy, path));
  }
  linkEntries(copy, 'node_modules');
  for (const folder of readdirSync(join(root, 'packages'))) linkEntries(copy, join('packages', folder, 'node_modules'));
  return copy;
}

function linkEntries(copy, folder) {
  if (!existsSync(join(root, folder))) return;
  mkdirSync(join(copy, folder), { recursive: true });
  for (const entry of readdirSync(join(root, folder))) {
    if (entry === '@understory') linkPackages(copy, join(folder, entry));
    else if (entry.startsWith('@')) linkEntries(copy, join(folder, entry));
    else if (!entry.startsWith('.cache')) symlinkSync(join(root, folder, entry), join(copy, folder, entry));
  }
}

/** The workspace's own packages are those of the copy. */
function linkPackages(copy, folder) {
  mkdirSync(join(copy, folder), { recursive: true });
  for (const parent of ['packages', 'tools']) {
    for (const entry of readdirSync(join(copy, parent))) {
      const manifest = join(copy, parent, entry, 'package.json');
      if (!existsSync(manifest)) continue;
      const name = JSON.parse(readFileSync(manifest, 'utf8')).name.split('/')[1];
      symlinkSync(join(copy, parent, entry), join(copy, folder, name));
    }
  }
}
