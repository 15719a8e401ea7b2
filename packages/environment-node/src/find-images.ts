import { largestOf, reasonOf, systemCode } from '@understory/core';
import { environmentErrors } from './errors.ts';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import type { NamedImage } from '@understory/studies';
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
  const names = uniqueNames([...paths.keys()]);
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

/** The name of each file without its ending; files that would share one are told apart by their ending, or by the folders they lie in. */
function uniqueNames(paths: readonly string[]): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    const key = folded(stem(path));
    groups.set(key, [...(groups.get(key) ?? []), path]);
  }
  const names = new Map<string, string>();
  for (const group of groups.values()) {
    const forms = candidates(group).map((form) => group.map(form));
    const chosen = forms.find((form) => areDistinct(form)) ?? group.map(stem);
    group.forEach((path, at) => names.set(path, chosen[at]!));
  }
  const taken = new Set<string>();
  return paths.map((path) => {
    const wanted = names.get(path)!;
    let name = wanted;
    for (let number = 2; taken.has(folded(name)); number++) name = `${wanted}-${number}`;
    taken.add(folded(name));
    return name;
  });
}

/** Ways to name the files of a group, the shortest first. */
function candidates(group: readonly string[]): readonly ((path: string) => string)[] {
  const deepest = largestOf(group.map((path) => dirname(path).split(sep).length));
  return Array.from({ length: deepest + 1 }, (_, depth) => [
    (path: string) => [...folders(path, depth), stem(path)].join('_'),
    (path: string) => [...folders(path, depth), basename(path).replace(/\.([^.]*)$/, '-$1')].join('_'),
  ]).flat();
}

function folders(path: string, depth: number): readonly string[] {
  const all = dirname(path).split(sep).filter(Boolean);
  return all.slice(Math.max(0, all.length - depth));
}

function stem(path: string): string {
  return basename(path, extname(path));
}

function areDistinct(names: readonly string[]): boolean {
  return new Set(names.map(folded)).size === names.length;
}

/** What file systems that do not tell upper from lower case, or how accents are composed, take a name for. */
function folded(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase();
}
