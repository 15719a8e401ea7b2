import { readdir, stat } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import { join, parse, sep } from 'node:path';
import { environmentErrors } from './errors.ts';

/** Whether a text would be a pattern: it has `*`, `?`, `[...]` or `{a,b}`. */
export function isPattern(text: string): boolean {
  if (/[*?]/.test(text) || firstChoice(text) !== undefined) return true;
  const open = text.indexOf('[');
  return open >= 0 && text.indexOf(']', open + 2) > 0;
}

/**
 * The files that fit a pattern, in the order of their paths, relative to `cwd` as the pattern is.
 * Within a name `*`, `?` and `[a-z]` (`[!a-z]` for all others) stand for characters, `**` for any number of folders, `{a,b}` for either.
 * Names that begin with a dot are only found by patterns that do. `**` follows no links to folders; a name that fits follows them.
 * The work grows with the length of the pattern times that of the names, whatever the pattern (decision 0012).
 * Throws PATTERN_TOO_LARGE where the braces stand for more than 1,000 patterns.
 */
export async function glob(pattern: string, cwd: string): Promise<string[]> {
  const found = new Set<string>();
  for (const alternative of expandBraces(pattern)) {
    const { root } = parse(alternative);
    const names = alternative.slice(root.length).split(/[/\\]/).filter(Boolean);
    const search = new Search(cwd, withoutRepeats(names).map(segmentOf), found);
    await search.walk(root, 0);
  }
  return [...found].sort();
}

/** Of several `**` in a row one says the same. */
function withoutRepeats(names: readonly string[]): readonly string[] {
  const once = names.filter((name, at) => name !== '**' || names[at + 1] !== '**');
  return once.at(-1) === '**' ? [...once, '*'] : once;
}

type Segment =
  | { readonly kind: 'step'; readonly name: '.' | '..' }
  | { readonly kind: 'folders' }
  | { readonly kind: 'names'; readonly fits: (name: string) => boolean };

function segmentOf(name: string): Segment {
  if (name === '.' || name === '..') return { kind: 'step', name };
  return name === '**' ? { kind: 'folders' } : { kind: 'names', fits: matcher(name) };
}

class Search {
  readonly #cwd: string;
  readonly #segments: readonly Segment[];
  readonly #found: Set<string>;
  /** Folders by the segment that they were searched for, since several `**` come to the same place in many ways. */
  readonly #seen = new Set<string>();
  readonly #listed = new Map<string, Promise<readonly Dirent[]>>();

  constructor(cwd: string, segments: readonly Segment[], found: Set<string>) {
    this.#cwd = cwd;
    this.#segments = segments;
    this.#found = found;
  }

  async walk(folder: string, at: number): Promise<void> {
    const segment = this.#segments[at];
    const key = `${at} ${folder}`;
    if (segment === undefined || this.#seen.has(key)) return;
    this.#seen.add(key);
    if (segment.kind === 'step') return this.walk(join(folder, segment.name) + sep, at + 1);
    const entries = await this.#list(folder);
    if (segment.kind === 'folders') {
      await this.walk(folder, at + 1);
      for (const entry of entries) {
        if (entry.isDirectory() && !entry.name.startsWith('.')) await this.walk(join(folder, entry.name), at);
      }
      return;
    }
    const isLast = at + 1 === this.#segments.length;
    for (const entry of entries) {
      if (!segment.fits(entry.name)) continue;
      const path = join(folder, entry.name);
      if (!isLast) {
        if (!entry.isFile()) await this.walk(path, at + 1);
      } else if (!entry.isDirectory() && !(entry.isSymbolicLink() && (await this.#isFolder(path)))) {
        this.#found.add(path);
      }
    }
  }

  /** A folder that cannot be listed has nothing that fits. */
  #list(folder: string): Promise<readonly Dirent[]> {
    const path = this.#absolute(folder);
    const listed = this.#listed.get(path) ?? readdir(path, { withFileTypes: true }).catch(() => []);
    this.#listed.set(path, listed);
    return listed;
  }

  async #isFolder(path: string): Promise<boolean> {
    const found = await stat(this.#absolute(path)).catch(() => undefined);
    return found?.isDirectory() === true;
  }

  #absolute(path: string): string {
    return join(parse(path).root === '' ? this.#cwd : '', path);
  }
}

/** A character of a name, or what stands for some. */
type Token = 'any' | 'many' | ((character: string) => boolean);

function matcher(segment: string): (name: string) => boolean {
  const tokens = tokensOf(segment);
  return (name) => (!name.startsWith('.') || segment.startsWith('.')) && fits(tokens, [...name]);
}

/** Goes back to the last `*` alone, which is enough, so that the work is at most the product of both lengths. */
function fits(tokens: readonly Token[], characters: readonly string[]): boolean {
  let [token, character] = [0, 0];
  let star: { readonly token: number; character: number } | undefined;
  while (character < characters.length) {
    const next = tokens[token];
    if (next === 'many') star = { token: token++, character };
    else if (next !== undefined && (next === 'any' || next(characters[character]!))) {
      token += 1;
      character += 1;
    } else {
      if (star === undefined) return false;
      star.character += 1;
      [token, character] = [star.token + 1, star.character];
    }
  }
  while (tokens[token] === 'many') token += 1;
  return token === tokens.length;
}

function tokensOf(segment: string): readonly Token[] {
  const tokens: Token[] = [];
  const characters = [...segment];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!;
    const end = character === '[' ? characters.indexOf(']', at + 2) : -1;
    if (character === '*') tokens.push('many');
    else if (character === '?') tokens.push('any');
    else if (end > 0 && !(characters[at + 1] === '!' && end === at + 2)) {
      tokens.push(setOf(characters.slice(at + 1, end)));
      at = end;
    } else tokens.push((other) => other === character);
  }
  return tokens;
}

function setOf(characters: readonly string[]): (character: string) => boolean {
  const not = characters[0] === '!';
  const members = not ? characters.slice(1) : characters;
  const ranges: (readonly [from: string, to: string])[] = [];
  for (let at = 0; at < members.length; at++) {
    const isRange = members[at + 1] === '-' && at + 2 < members.length;
    ranges.push([members[at]!, members[isRange ? at + 2 : at]!]);
    if (isRange) at += 2;
  }
  const code = (character: string) => character.codePointAt(0)!;
  return (other) => not !== ranges.some(([from, to]) => code(from) <= code(other) && code(other) <= code(to));
}

const mostAlternatives = 1000;

function expandBraces(pattern: string): readonly string[] {
  let patterns: readonly string[] = [pattern];
  for (;;) {
    const choices = patterns.map((each) => ({ each, choice: firstChoice(each) }));
    if (choices.every(({ choice }) => choice === undefined)) return patterns;
    patterns = choices.flatMap(({ each, choice }) =>
      choice === undefined
        ? [each]
        : choice.options.map((option) => `${each.slice(0, choice.start)}${option}${each.slice(choice.end)}`),
    );
    if (patterns.length > mostAlternatives)
      throw environmentErrors.patternTooLarge({ pattern, most: mostAlternatives });
  }
}

/** The first `{a,b}` that has no braces within. */
function firstChoice(pattern: string) {
  let open = -1;
  for (let at = pattern.indexOf('{'); at >= 0 && at < pattern.length; at++) {
    if (pattern[at] === '{') open = at;
    if (pattern[at] !== '}' || open < 0) continue;
    const options = pattern.slice(open + 1, at).split(',');
    if (options.length > 1) return { start: open, end: at + 1, options };
    open = -1;
  }
  return undefined;
}
