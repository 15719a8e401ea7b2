import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Makes a package of the workspace known by its name, as an installation would. */
export function link(root, name, folder) {
  const path = join(root, 'node_modules', name);
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  symlinkSync(relative(dirname(path), join(root, folder)), path);
}
