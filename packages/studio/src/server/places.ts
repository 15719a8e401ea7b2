import { readdir, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serverErrors } from './errors.ts';

/** What paths of a page may lead to. */
export interface ServedPlaces {
  /** Where relative paths start. */
  readonly cwd: string;
  /** Files and folders that the server was started with, absolute. */
  readonly roots: readonly string[];
  /** The folder of files that were dropped into the page. */
  readonly uploads: string;
  /** Files of pictures that come with the page, by their names. */
  readonly samples: Readonly<Record<string, string>>;
}

/** Finds what paths of a page mean, and refuses those that lead elsewhere, links and all. */
export class Places {
  readonly #places: ServedPlaces;
  readonly #known = new Map<string, Promise<readonly string[]>>();
  /** Whether a path stood for a file that lies elsewhere, as dropped files do. */
  isSubstituted = false;

  constructor(places: ServedPlaces) {
    this.#places = places;
  }

  /** The path of a dropped file or folder; undefined where none was dropped as this. */
  async findDropped(path: string): Promise<string | undefined> {
    const { uploads } = this.#places;
    const dropped = isPlain(path) ? await realpathOf(join(uploads, path)) : undefined;
    const isOwn = dropped !== undefined && isInside(dropped, await this.#real(uploads));
    return isOwn ? this.#substitute(dropped) : undefined;
  }

  /** The path to use for one that a page names: a dropped file, one of a folder that is served, or a sample. Throws PATH_NOT_SERVED. */
  async find(path: string): Promise<string> {
    const { cwd, samples } = this.#places;
    const dropped = await this.findDropped(path);
    if (dropped !== undefined) return dropped;
    const real = await realpathOf(absolute(path, cwd));
    if (real !== undefined && (await this.#isServed(real))) return path;
    if (Object.hasOwn(samples, path)) return this.#substitute(samples[path]!);
    throw serverErrors.pathNotServed({ path });
  }

  /** The same, where all that lies in the folder may be read, or beside the file for a model; throws PATH_NOT_SERVED for a link that leads elsewhere. */
  async findWhole(path: string, { isModel = false } = {}): Promise<string> {
    const found = await this.find(path);
    const real = await realpath(absolute(found, this.#places.cwd));
    const isFolder = (await stat(real)).isDirectory();
    if (isFolder) await this.#checkLinks(real);
    else if (isModel && (await this.#isServed(dirname(real)))) await this.#checkLinks(dirname(real));
    return found;
  }

  /** Throws PATH_NOT_SERVED for a path of this machine that leads elsewhere. */
  async check(path: string): Promise<void> {
    const real = await realpathOf(absolute(path, this.#places.cwd));
    if (real === undefined || !(await this.#isServed(real))) throw serverErrors.pathNotServed({ path });
  }

  #substitute(path: string): string {
    this.isSubstituted = true;
    return path;
  }

  async #isServed(real: string): Promise<boolean> {
    const { roots, uploads, samples } = this.#places;
    for (const root of [...roots, uploads, ...Object.values(samples)]) {
      if (isInside(real, await this.#real(root))) return true;
    }
    return false;
  }

  /** Folders that links lead to are looked through as well, each once. */
  async #checkLinks(folder: string): Promise<void> {
    const left = [folder];
    const seen = new Set<string>();
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      if (seen.has(next)) continue;
      seen.add(next);
      for (const entry of await readdir(next, { recursive: true, withFileTypes: true })) {
        if (!entry.isSymbolicLink()) continue;
        const link = join(entry.parentPath, entry.name);
        const real = await realpathOf(link);
        if (real === undefined) continue;
        if (!(await this.#isServed(real))) throw serverErrors.linkNotServed({ path: relative(folder, link) });
        if ((await stat(real)).isDirectory()) left.push(real);
      }
    }
  }

  async #real(path: string): Promise<string | undefined> {
    const known = this.#known.get(path) ?? realpathOf(path).then((real) => (real === undefined ? [] : [real]));
    this.#known.set(path, known);
    const [real] = await known;
    // A folder of dropped files is made when there are some.
    if (real === undefined) this.#known.delete(path);
    return real;
  }
}

/** Whether a path is one or lies in a folder, both without links. */
export function isInside(path: string, folder: string | undefined): boolean {
  if (folder === undefined) return false;
  const within = relative(folder, path);
  return within === '' || (within.split(/[/\\]/)[0] !== '..' && !isAbsolute(within));
}

/** Whether a path is relative and of plain names, the same on every system. */
export function isPlain(path: string): boolean {
  const names = path.split('/');
  const isShort = path.length <= 1000 && names.every((name) => name.length <= 200);
  return isShort && !/[\\:\p{Cc}]/u.test(path) && names.every((name) => !['', '.', '..'].includes(name));
}

/** Without links; undefined where there is nothing. */
export async function realpathOf(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch {
    return undefined;
  }
}

function absolute(path: string, cwd: string): string {
  try {
    return path.startsWith('file://') ? fileURLToPath(path) : resolve(cwd, path);
  } catch {
    throw serverErrors.pathNotServed({ path });
  }
}
