import { existsSync, realpathSync } from 'node:fs';
import { isAbsolute, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentErrors } from './errors.ts';
import { glob, isPattern } from './glob.ts';

/** Finds where the files of another machine lie on this one. */
export interface Placing {
  /** A file or folder; throws PATH_NOT_OFFERED. */
  place(path: string): string;
  /** What a path or a pattern means; throws PATH_NOT_OFFERED and what matching throws. */
  places(path: string): Promise<readonly string[]>;
}

/**
 * Paths of another machine, relative to its folder `base`, as this one has them within its roots: at the same place, as on shared storage,
 * or else under a root by the longest end of the path that is there. Whatever lies or leads outside of the roots does not exist.
 */
export function placing(roots: readonly string[], base: string): Placing {
  const real = roots.flatMap((root) => (existsSync(root) ? [{ root: resolve(root), real: realpathSync(root) }] : []));
  const isWithin = (path: string) => real.some((each) => path === each.real || path.startsWith(join(each.real, sep)));
  const notOffered = (path: string) => environmentErrors.pathNotOffered({ path, roots });

  /** Where it is, whatever links it goes over; undefined for what is not there or outside. */
  const found = (candidate: string): string | undefined => {
    try {
      return isWithin(realpathSync(candidate)) ? candidate : undefined;
    } catch {
      return undefined;
    }
  };
  const place = (path: string): string => {
    const local = path.startsWith('file://') ? fileURLToPath(path) : path;
    if (local.includes('\0')) throw notOffered(path);
    const absolute = isAbsolute(local) ? resolve(local) : resolve(base, local);
    const parts = absolute.split(sep).filter(Boolean);
    const ends = parts.map((_, at) => parts.slice(at));
    const candidates = [absolute, ...ends.flatMap((end) => real.map(({ root }) => join(root, ...end)))];
    for (const candidate of candidates) {
      const here = found(candidate);
      if (here !== undefined) return here;
    }
    throw notOffered(path);
  };
  return {
    place,
    async places(path) {
      try {
        return [place(path)];
      } catch (error) {
        if (!isPattern(path)) throw error;
      }
      const names = path.split('/');
      const first = names.findIndex(isPattern);
      const folder = place(names.slice(0, first).join('/') || (isAbsolute(path) ? sep : '.'));
      const files = await glob(names.slice(first).join('/'), folder);
      return files.map((file) => {
        const here = found(join(folder, file));
        if (here === undefined) throw notOffered(path);
        return here;
      });
    },
  };
}
