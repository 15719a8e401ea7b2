import { largestOf } from '@understory/core';

/**
 * The name of each file without its ending, given paths with `/` between their parts; files that would share one, also where upper and lower case
 * are one, are told apart by their ending, or by the folders they lie in.
 */
export function uniqueNames(paths: readonly string[]): readonly string[] {
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
  const deepest = largestOf(group.map((path) => foldersOf(path).length));
  return Array.from({ length: deepest + 1 }, (_, depth) => [
    (path: string) => [...lastFolders(path, depth), stem(path)].join('_'),
    (path: string) => [...lastFolders(path, depth), basename(path).replace(/\.([^.]*)$/, '-$1')].join('_'),
  ]).flat();
}

function lastFolders(path: string, depth: number): readonly string[] {
  const all = foldersOf(path);
  return all.slice(Math.max(0, all.length - depth));
}

function foldersOf(path: string): readonly string[] {
  return path.split('/').slice(0, -1).filter(Boolean);
}

function basename(path: string): string {
  return path.split('/').at(-1)!;
}

function stem(path: string): string {
  return basename(path).replace(/(?<=.)\.[^.]*$/, '');
}

function areDistinct(names: readonly string[]): boolean {
  return new Set(names.map(folded)).size === names.length;
}

/** What file systems that do not tell upper from lower case, or how accents are composed, take a name for. */
function folded(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase();
}
