import { errors } from '../errors/index.ts';
import { closest } from '../suggest.ts';

/** A setting of a contribution: its kind of value, what it is where nobody says, and one sentence on what it does. */
export type OptionSpec = {
  readonly description: string;
  /** What a command line calls it, where that is not its name in kebab case: `control` for a list `controls`. */
  readonly flag?: string;
} & (
  | {
      readonly type: 'number' | 'integer';
      readonly default: number;
      /** Ends included. */
      readonly range: readonly [low: number, high: number];
    }
  | { readonly type: 'choice'; readonly default: string; readonly choices: readonly string[] }
  /** One number or more, none twice; as text `2+3+4`. */
  | {
      readonly type: 'integers';
      readonly default: readonly number[];
      /** Of each, ends included. */
      readonly range: readonly [low: number, high: number];
    }
  /** Any of them, none twice; as text `rows+columns`, and `none` for none of them. */
  | { readonly type: 'choices'; readonly default: readonly string[]; readonly choices: readonly string[] }
  | { readonly type: 'boolean'; readonly default: boolean }
  | { readonly type: 'text'; readonly default: string }
);

/** Settings by name, in camel case. */
export type OptionSchema = Readonly<Record<string, OptionSpec>>;

export type OptionValue = number | string | boolean | readonly number[] | readonly string[];

/** Settings as somebody gives them, all of them optional; text such as `'0.5'`, `'8/255'` or `'true'` stands for a number or a boolean. */
export type Options = Readonly<Record<string, OptionValue>>;

/** Every setting of a schema with its value. */
export type OptionValues<S extends OptionSchema> = {
  readonly [Name in keyof S]: S[Name] extends { readonly type: 'number' | 'integer' }
    ? number
    : S[Name] extends { readonly type: 'boolean' }
      ? boolean
      : S[Name] extends { readonly type: 'integers' }
        ? readonly number[]
        : S[Name] extends { readonly type: infer Type; readonly choices: readonly (infer Choice extends string)[] }
          ? Type extends 'choices'
            ? readonly Choice[]
            : Choice
          : string;
};

/** Something that is made from settings. */
export interface Configurable<T, S extends OptionSchema> {
  readonly options: S;
  /** Throws UNKNOWN_OPTION or OPTION_INVALID. */
  (given?: Partial<OptionValues<S>>): T;
  /** The same from settings whose names and types nobody has checked, as the host hands them over. */
  from(given: Options): T;
}

/** A function from settings to what `make` makes of them, which knows its settings and checks them; `name` is how errors call it. */
export function configurable<const S extends OptionSchema, T>(
  name: string,
  options: S,
  make: (values: OptionValues<S>) => T,
): Configurable<T, S> {
  // What `readOptions` gives back has the names and types of the schema.
  const from = (given: Options): T => make(readOptions(name, options, given) as OptionValues<S>);
  const typed = (given: Partial<OptionValues<S>> = {}) => from(definedOnly(given));
  return Object.assign(typed, { options, from });
}

/**
 * The value of every setting of a schema: what is given, else its default.
 * `of` is how errors call what is configured. Throws UNKNOWN_OPTION or OPTION_INVALID.
 */
export function readOptions(of: string, schema: OptionSchema, given: Options = {}): Options {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(schema, name)) {
      const known = Object.keys(schema);
      throw errors.unknownOption({ of, option: name, known, suggestions: closest(name, known) });
    }
  }
  return Object.fromEntries(
    Object.entries(schema).map(([name, spec]) => {
      const found = Object.hasOwn(given, name) ? given[name]! : spec.default;
      const value = valueOf(spec, found);
      if (value === undefined) throw errors.optionInvalid({ of, option: name, found, expected: expectedOf(spec) });
      return [name, value];
    }),
  );
}

/** Why something is no schema, or undefined where it is one. */
export function whatIsWrongWithOptions(schema: OptionSchema): string | undefined {
  for (const [name, spec] of Object.entries(schema)) {
    if (!/^[a-z][a-zA-Z0-9]*$/.test(name)) return `the option "${name}" is not of the form "kernelSize"`;
    if (spec.flag !== undefined && !/^[a-z][a-z0-9-]*$/.test(spec.flag))
      return `the flag "${spec.flag}" of the option "${name}" is not of the form "kernel-size"`;
    if (name === presetKey) return `no option may be called "${presetKey}"`;
    if (typeof spec.description !== 'string' || spec.description.trim() === '')
      return `the option "${name}" has no description`;
    if (spec.type === 'choices' && spec.choices.some((choice) => choice === none || choice.includes(separator)))
      return `a choice of the option "${name}" is "${none}" or has a "${separator}"`;
    // By what it says: the value of a list is a copy.
    if (JSON.stringify(valueOf(spec, spec.default)) !== JSON.stringify(spec.default))
      return `the default of the option "${name}" is not ${expectedOf(spec)}`;
  }
  return undefined;
}

/** The text of an option's value, which stands for the same value. */
export function optionText(value: OptionValue): string {
  if (typeof value !== 'object') return String(value);
  return value.length === 0 ? none : value.join(separator);
}

/** Between the parts of a list that is written as text. */
const separator = '+';

/** The text of an empty list. */
const none = 'none';

/** The name under which settings ask for one of the sets that a contribution declares. */
export const presetKey = 'preset';

function valueOf(spec: OptionSpec, found: OptionValue): OptionValue | undefined {
  switch (spec.type) {
    case 'number':
    case 'integer': {
      if (typeof found !== 'number' && typeof found !== 'string') return undefined;
      const number = typeof found === 'string' ? writtenNumber(found, spec.type) : found;
      const [low, high] = spec.range;
      const fits = number >= low && number <= high && (spec.type === 'number' || Number.isInteger(number));
      return fits ? number : undefined;
    }
    case 'boolean':
      if (typeof found === 'boolean') return found;
      return found === 'true' ? true : found === 'false' ? false : undefined;
    case 'choice':
      return spec.choices.find((choice) => choice === found);
    case 'integers': {
      const integer = { ...spec, type: 'integer', default: spec.range[0] } as const;
      return listOf(found, (part) => valueOf(integer, part), { least: 1 }) as readonly number[] | undefined;
    }
    case 'choices': {
      const choice = { ...spec, type: 'choice', default: '' } as const;
      return listOf(found, (part) => valueOf(choice, part), { least: 0 }) as readonly string[] | undefined;
    }
    case 'text':
      return typeof found === 'string' ? found : undefined;
  }
}

/** The number that a text stands for, NaN where it stands for none; numbers that need not be whole may be fractions such as `8/255`. */
function writtenNumber(text: string, type: 'number' | 'integer'): number {
  const parts = type === 'number' ? text.split('/') : [text];
  if (parts.length > 2 || parts.some((part) => part.trim() === '')) return NaN;
  const [above, below = 1] = parts.map(Number);
  return below === 0 ? NaN : above! / below;
}

/** The parts of a list as values; undefined where one is none, where one comes twice, and where there are too few. */
function listOf(
  found: OptionValue,
  read: (part: OptionValue) => OptionValue | undefined,
  { least }: { readonly least: number },
): readonly unknown[] | undefined {
  if (typeof found === 'boolean') return undefined;
  const isText = typeof found === 'string';
  const given = isText ? (found === none ? [] : found.split(separator)) : typeof found === 'number' ? [found] : found;
  const parts = given.map((part) => read(typeof part === 'string' ? part.trim() : part));
  const fits = parts.length >= least && new Set(parts).size === parts.length && !parts.includes(undefined);
  return fits ? parts : undefined;
}

function expectedOf(spec: OptionSpec): string {
  switch (spec.type) {
    case 'number':
      return `a number from ${spec.range[0]} to ${spec.range[1]}`;
    case 'integer':
      return `a whole number from ${spec.range[0]} to ${spec.range[1]}`;
    case 'boolean':
      return 'true or false';
    case 'choice':
      return `one of ${spec.choices.join(', ')}`;
    case 'integers':
      return `whole numbers from ${spec.range[0]} to ${spec.range[1]} with a ${separator} between them, none twice`;
    case 'choices':
      return `any of ${spec.choices.join(', ')} with a ${separator} between them, none twice, or ${none}`;
    case 'text':
      return 'a text';
  }
}

/** A caller may spread settings that are there or not. */
function definedOnly(given: object): Options {
  const entries: [string, OptionValue | undefined][] = Object.entries(given);
  return Object.fromEntries(entries.filter((entry): entry is [string, OptionValue] => entry[1] !== undefined));
}
