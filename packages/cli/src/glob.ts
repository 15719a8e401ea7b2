import { readdir } from 'node:fs/promises';
import { join, parse, sep } from 'node:path';

/** Whether a text would be a pattern: it has `*`, `?`, `[...]` or `{a,b}`. */
export function isPattern(text: string): boolean {
  return /[*?]|\[[^\]]+\]|\{[^{}]*,[^{}]*\}/.test(text);
}

/**
 * The files that fit a pattern, in the order of their paths, relative to `cwd` as the pattern is.
 * Within a name `*`, `?` and `[a-z]` (`[!a-z]` for all others) stand for characters, `**` for any number of folders, `{a,b}` for either.
 * Names that begin with a dot are only found by patterns that do.
 */
export async function glob(pattern: string, cwd: string): Promise<string[]> {
  const found = new Set<string>();
  for (const alternative of expandBraces(pattern)) {
    const { root } = parse(alternative);
    const segments = alternative.slice(root.length).split(/[/\\]/).filter(Boolean);
    for (const path of await walk(root, segments, cwd)) found.add(path);
  }
  return [...found].sort();
}

async function walk(folder: string, [segment, ...rest]: readonly string[], cwd: string): Promise<string[]> {
  if (segment === undefined) return [];
  if (segment === '.' || segment === '..') return walk(join(folder, segment) + sep, rest, cwd);
  const entries = await list(join(isAbsoluteRoot(folder) ? '' : cwd, folder));
  const paths: string[] = [];
  if (segment === '**') {
    paths.push(...(await walk(folder, rest.length === 0 ? ['*'] : rest, cwd)));
    for (const entry of entries) {
      if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
      paths.push(...(await walk(join(folder, entry.name), [segment, ...rest], cwd)));
    }
    return paths;
  }
  const fits = matcher(segment);
  for (const entry of entries) {
    if (!fits(entry.name)) continue;
    const path = join(folder, entry.name);
    if (rest.length > 0) paths.push(...(entry.isFile() ? [] : await walk(path, rest, cwd)));
    else if (!entry.isDirectory()) paths.push(path);
  }
  return paths;
}

function isAbsoluteRoot(folder: string): boolean {
  return parse(folder).root !== '';
}

/** A folder that cannot be listed has nothing that fits. */
async function list(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}

function matcher(segment: string): (name: string) => boolean {
  const source = segment.replaceAll(/\[(!?)([^\]]+)\]|[*?]|[\\^$.|+()[\]{}]/g, (token, not, set) => {
    if (token === '*') return '.*';
    if (token === '?') return '.';
    if (set !== undefined) return `[${not === '!' ? '^' : ''}${set.replaceAll(/[\\^\]]/g, '\\$&')}]`;
    return `\\${token}`;
  });
  const expression = new RegExp(`^${source}$`, 'su');
  return (name) => expression.test(name) && (!name.startsWith('.') || segment.startsWith('.'));
}

function expandBraces(pattern: string): string[] {
  const [whole, options] = /\{([^{}]*,[^{}]*)\}/.exec(pattern) ?? [];
  if (whole === undefined || options === undefined) return [pattern];
  return options.split(',').flatMap((option) => expandBraces(pattern.replace(whole, () => option)));
}
