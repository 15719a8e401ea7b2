import { errors } from '../errors.ts';
import { closest } from '../suggest.ts';

/** A setting of a contribution: its kind of value, what it is where nobody says, and one sentence on what it does. */
export type OptionSpec = { readonly description: string } & (
  | {
      readonly type: 'number' | 'integer';
      readonly default: number;
      /** Ends included. */
      readonly range: readonly [low: number, high: number];
    }
  | { readonly type: 'choice'; readonly default: string; readonly choices: readonly string[] }
  | { readonly type: 'boolean'; readonly default: boolean }
  | { readonly type: 'text'; readonly default: string }
);

/** Settings by name, in camel case. */
export type OptionSchema = Readonly<Record<string, OptionSpec>>;

export type OptionValue = number | string | boolean;

/** Settings as somebody gives them, all of them optional; text such as `'0.5'`, `'8/255'` or `'true'` stands for a number or a boolean. */
export type Options = Readonly<Record<string, OptionValue>>;

/** Every setting of a schema with its value. */
export type OptionValues<S extends OptionSchema> = {
  readonly [Name in keyof S]: S[Name] extends { readonly type: 'number' | 'integer' }
    ? number
    : S[Name] extends { readonly type: 'boolean' }
      ? boolean
      : S[Name] extends { readonly choices: readonly (infer Choice extends string)[] }
        ? Choice
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
    if (name === presetKey) return `no option may be called "${presetKey}"`;
    if (typeof spec.description !== 'string' || spec.description.trim() === '')
      return `the option "${name}" has no description`;
    if (valueOf(spec, spec.default) !== spec.default)
      return `the default of the option "${name}" is not ${expectedOf(spec)}`;
  }
  return undefined;
}

/** The name under which settings ask for one of the sets that a contribution declares. */
export const presetKey = 'preset';

function valueOf(spec: OptionSpec, found: OptionValue): OptionValue | undefined {
  switch (spec.type) {
    case 'number':
    case 'integer': {
      if (typeof found === 'boolean') return undefined;
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
    case 'text':
      return 'a text';
  }
}

/** A caller may spread settings that are there or not. */
function definedOnly(given: object): Options {
  const entries: [string, OptionValue | undefined][] = Object.entries(given);
  return Object.fromEntries(entries.filter((entry): entry is [string, OptionValue] => entry[1] !== undefined));
}
