import { parseArgs } from 'node:util';
import { closest, type OptionSchema, type OptionSpec, type Options } from '@understory/core';
import { cliErrors } from './errors.ts';

/** Flags that a plugin's settings become, told apart from the other arguments. */
export interface PluginFlags {
  readonly positionals: readonly string[];
  /** As the host reads them: lists with a `+` between their parts. */
  readonly settings: Options;
}

/**
 * Reads the flags that a contribution's settings become: `--seam-width 3` for `seamWidth`, `--derangement`, `--grid 2,4`.
 * `known` are the flags of the command itself, for suggestions. Throws USAGE.
 */
export function readPluginFlags(
  args: readonly string[],
  schema: OptionSchema,
  { command, known }: { readonly command: string; readonly known: readonly string[] },
): PluginFlags {
  const flags = new Map(Object.entries(schema).map(([name, spec]) => [flagOf(name, spec), { name, spec }]));
  const parsed = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      [...flags].map(([flag, { spec }]) => [flag, { type: spec.type === 'boolean' ? 'boolean' : 'string' } as const]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const settings: Record<string, string | boolean> = {};
  for (const token of parsed.tokens) {
    if (token.kind !== 'option') continue;
    const flag = flags.get(token.name);
    if (flag === undefined) {
      const [suggestion] = closest(token.rawName, [...known, ...[...flags.keys()].map((name) => `--${name}`)]);
      throw cliErrors.usage({
        message: `Unknown option '${token.rawName}'.`,
        suggestion: suggestion === undefined ? undefined : `Did you mean ${suggestion}?`,
        command,
      });
    }
    const { name, spec } = flag;
    if (spec.type === 'boolean') {
      settings[name] = token.value ?? true;
      continue;
    }
    if (token.value === undefined) {
      throw cliErrors.usage({ message: `The option '${token.rawName}' needs a value.`, command });
    }
    settings[name] = spec.type === 'integers' || spec.type === 'choices' ? listText(token.value) : token.value;
  }
  return { positionals: parsed.positionals, settings };
}

/** What a command line calls a setting: its name in kebab case, or what it says itself. */
function flagOf(name: string, { flag }: OptionSpec): string {
  return flag ?? name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** On a command line the parts of a list have commas between them. */
function listText(text: string): string {
  return text
    .split(',')
    .map((part) => part.trim())
    .join('+');
}
