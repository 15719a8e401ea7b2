import { errors } from '../errors/index.ts';
import type { Options } from './options.ts';

/** A contribution as somebody asks for it: its id and the settings that are not to be the default. */
export interface Selection {
  readonly id: string;
  readonly options: Options;
}

/**
 * Contributions as a person writes them: `deletion:fraction=0.5,steps=100,insertion` or `deletion:preset=paper`.
 * A part between commas with a `=` belongs to the id before it; values stay text, the host reads them.
 * `unnamedOption` says which option of an id `origin-top:0.1` means. Throws SELECTION_INVALID.
 */
export function parseSelections(
  text: string,
  unnamedOption: (id: string) => string | undefined = () => undefined,
): readonly Selection[] {
  const selections: { id: string; options: Record<string, string> }[] = [];
  const setOption = (part: string) => {
    const equals = part.indexOf('=');
    const last = selections.at(-1);
    const isUnnamed = equals < 0 && part.trim() !== '';
    const name = isUnnamed ? last && unnamedOption(last.id) : part.slice(0, Math.max(equals, 0)).trim();
    if (last === undefined || name === undefined || !/^[a-zA-Z][a-zA-Z0-9]*$/.test(name))
      throw errors.selectionInvalid({ text, part });
    if (Object.hasOwn(last.options, name)) throw errors.selectionInvalid({ text, part });
    last.options[name] = part.slice(equals + 1).trim();
  };
  for (const part of text.split(',')) {
    const [, id, first] = /^\s*([^:=\s]+)\s*(?::(.*))?$/s.exec(part) ?? [];
    if (id === undefined) {
      setOption(part);
      continue;
    }
    selections.push({ id, options: {} });
    if (first !== undefined) setOption(first);
  }
  return selections;
}
