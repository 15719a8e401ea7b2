import { createHash } from 'node:crypto';
import { lstat, readFile, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** What stands at every path below a folder, in a few letters each; folders have a `/` at their end. */
export async function snapshot(folder) {
  const found = new Map();
  const waiting = [''];
  while (waiting.length > 0) {
    const at = waiting.pop();
    for (const name of await readdir(join(folder, at)).catch(() => [])) {
      const path = at === '' ? name : `${at}/${name}`;
      const stats = await lstat(join(folder, path));
      if (stats.isDirectory()) {
        found.set(`${path}/`, 'folder');
        waiting.push(path);
      } else if (stats.isSymbolicLink()) found.set(path, `link to ${await readlink(join(folder, path))}`);
      else if (stats.isFile()) found.set(path, await digest(join(folder, path), stats));
      else found.set(path, 'something else');
    }
  }
  return found;
}

async function digest(path, { size }) {
  const content = await readFile(path).catch(() => 'not readable');
  return `${size} bytes, ${createHash('sha256').update(content).digest('hex').slice(0, 12)}`;
}

/** The paths that differ between two snapshots and do not lie in the folders that may change. */
export function changesOutside(before, after, allowed) {
  const paths = new Set([...before.keys(), ...after.keys()]);
  const isAllowed = (path) =>
    allowed.some((name) => path === name || path === `${name}/` || path.startsWith(`${name}/`));
  return [...paths].filter((path) => before.get(path) !== after.get(path) && !isAllowed(path));
}
