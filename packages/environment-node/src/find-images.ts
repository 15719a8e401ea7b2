import { reasonOf, systemCode } from '@understory/core';
import { environmentErrors } from './errors.ts';
import { readdir, stat } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';
import type { NamedImage } from '@understory/studies';
import { uniqueNames } from '@understory/studies/setup';
import { glob, isPattern } from './glob.ts';

const endings = ['.jpg', '.jpeg', '.png', '.webp'];

/** The images that arguments mean, each once, and what was wrong with those that mean none. */
export async function findImages(
  asked: readonly string[],
  cwd: string,
): Promise<{ readonly images: readonly NamedImage[]; readonly failures: readonly { path: string; error: unknown }[] }> {
  const paths = new Map<string, string>();
  const failures: { path: string; error: unknown }[] = [];
  for (const path of asked) {
    try {
      for (const found of await pathsOf(path, cwd)) {
        const absolute = resolve(cwd, found);
        if (!paths.has(absolute)) paths.set(absolute, found);
      }
    } catch (error) {
      failures.push({ path, error });
    }
  }
  const names = uniqueNames([...paths.keys()].map((path) => path.split(sep).join('/')));
  return { images: [...paths.values()].map((path, at) => ({ path, name: names[at]! })), failures };
}

async function pathsOf(path: string, cwd: string): Promise<readonly string[]> {
  const found = await stat(resolve(cwd, path)).catch((cause: unknown) => {
    if (systemCode(cause) === 'ENOENT') return undefined;
    throw environmentErrors.fileNotReadable({ path, reason: reasonOf(cause), cause });
  });
  if (found === undefined) {
    if (!isPattern(path)) throw environmentErrors.imageNotFound({ path });
    const matches = await glob(path, cwd);
    if (matches.length === 0) throw environmentErrors.patternMatchesNothing({ pattern: path });
    return matches;
  }
  if (!found.isDirectory()) return [path];
  const entries = await readdir(resolve(cwd, path), { withFileTypes: true }).catch((cause: unknown) => {
    throw environmentErrors.fileNotReadable({ path, reason: reasonOf(cause), cause });
  });
  const images = entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .filter((name) => endings.includes(extname(name).toLowerCase()))
    .sort();
  if (images.length === 0) {
    // Beside photographs an array is a heat map more often than a picture.
    const arrays = entries.map(({ name }) => name).filter((name) => /^[^.].*\.npy$/i.test(name));
    if (arrays.length > 0) return arrays.sort().map((name) => join(path, name));
  }
  if (images.length === 0) throw environmentErrors.noImages({ path, endings });
  return images.map((name) => join(path, name));
}
