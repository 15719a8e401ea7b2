import { readdir, realpath, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import type { EngineAbout } from '../engine/engine.ts';
import { modelFolder, modelFile, pictureFile } from '../engine/sort-files.ts';
import { isInside, realpathOf } from './places.ts';

/** The most files that are looked at in each folder that is served; the others can be opened by their paths. */
const mostFiles = 5000;
/** How deep folders are looked through. */
const mostDepth = 6;

/** Models and pictures in what a server was started with, as a user would write their paths. */
export async function listServed(paths: readonly string[], cwd: string): Promise<EngineAbout['served']> {
  const found: string[] = [];
  for (const path of paths) {
    const start = await realpathOf(resolve(cwd, path));
    if (start === undefined) continue;
    if ((await stat(start)).isDirectory()) for (const each of await filesIn(start)) found.push(join(path, each));
    else found.push(path);
  }
  const files = [...new Set(found.map((path) => path.split(sep).join('/')))];
  return { models: modelsOf(files), pictures: files.filter((path) => pictureFile.test(path)) };
}

/** Relative to the folder, without what is hidden, and without links out of it. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  const left = [{ at: '', depth: 0 }];
  for (let next = left.shift(); next !== undefined && found.length < mostFiles; next = left.shift()) {
    const { at, depth } = next;
    const entries = await readdir(join(folder, at), { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
      const path = join(at, entry.name);
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      if (entry.isDirectory()) {
        if (depth < mostDepth) left.push({ at: path, depth: depth + 1 });
      } else if (await isOwnFile(folder, path)) found.push(path);
    }
  }
  return found.slice(0, mostFiles);
}

async function isOwnFile(folder: string, path: string): Promise<boolean> {
  try {
    const real = await realpath(join(folder, path));
    return isInside(real, folder) && (await stat(real)).isFile();
  } catch {
    return false;
  }
}

/** Folders that say what their model is, and model files that lie in none. */
function modelsOf(files: readonly string[]): readonly string[] {
  const known = new Set(files);
  const models = files.filter((path) => modelFile.test(path));
  const named = models.map((path) => {
    const folder = modelFolder(path);
    const isDescribed = ['config.json', 'open_clip_config.json'].some((name) => known.has(`${folder}/${name}`));
    return isDescribed && folder !== path ? folder : path;
  });
  return [...new Set(named)];
}
