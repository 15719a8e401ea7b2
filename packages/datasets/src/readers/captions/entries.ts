import { datasetErrors, reasonOf } from '../../errors.ts';
import { readText } from '../../files.ts';

/** An entry of a file of captions, with where it stands for errors. */
export class Entry {
  readonly #file: string;
  readonly #place: { readonly line: number } | { readonly place: string };
  readonly #fields: Readonly<Record<string, unknown>>;

  /** Throws DATASET_LABELS_INVALID where it is no object, or lacks one of the fields. */
  constructor(
    file: string,
    place: { readonly line: number } | { readonly place: string },
    value: unknown,
    fields: readonly string[],
  ) {
    this.#file = file;
    this.#place = place;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.invalid(JSON.stringify(value) ?? 'nothing', `an object with ${fields.join(', ')}`);
    }
    this.#fields = value as Readonly<Record<string, unknown>>;
    const missing = fields.filter((field) => !Object.hasOwn(value, field));
    if (missing.length > 0) {
      const found = Object.keys(value).join(', ');
      throw this.invalid(found === '' ? 'no fields' : `the fields ${found}`, `${fields.join(', ')}`);
    }
  }

  /** A text that is not empty. */
  text(field: string): string {
    const value = this.#fields[field];
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
    throw this.invalid(`"${field}": ${JSON.stringify(value)}`, 'a text');
  }

  optionalText(field: string): string | undefined {
    const value = this.#fields[field];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  }

  /** A finite number. */
  number(field: string): number {
    const value = this.#fields[field];
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw this.invalid(`"${field}": ${JSON.stringify(value)}`, 'a number');
  }

  /** The value itself; undefined where there is none. */
  value(field: string): unknown {
    return this.#fields[field];
  }

  /** A list of at least two texts that all differ. */
  options(field: string): readonly string[] {
    return optionsOf(this.#fields[field], `"${field}": `, (found, expected) => this.invalid(found, expected));
  }

  /** A path of a picture that does not lead out of the data set. */
  picture(field: string): string {
    const path = this.text(field).replaceAll('\\', '/');
    if (path.startsWith('/') || path.split('/').includes('..')) {
      throw this.invalid(`"${field}": "${path}"`, 'a path within the data set');
    }
    return path;
  }

  invalid(found: string, expected: string): Error {
    return datasetErrors.labelsInvalid({ file: this.#file, ...this.#place, found, expected });
  }
}

/** The texts of a list, where it is one of two or more that differ. */
export function optionsOf(
  value: unknown,
  what: string,
  invalid: (found: string, expected: string) => Error,
): readonly string[] {
  const options = Array.isArray(value)
    ? value.map((text: unknown) => (typeof text === 'string' ? text.trim() : ''))
    : [];
  if (options.length < 2 || options.includes('')) {
    throw invalid(`${what}${JSON.stringify(value)}`, 'two captions or more, the true one first');
  }
  const again = options.find((text, at) => options.indexOf(text) !== at);
  if (again !== undefined) throw invalid(`${what}"${again}" twice`, 'captions that differ');
  return options;
}

/** What a JSON file of at most `maxBytes` holds; throws DATASET_LABELS_INVALID with the line where it is none. */
export async function readJson(path: string, maxBytes?: number): Promise<unknown> {
  const text = await readText(path, maxBytes);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const line = lineOf(text, cause);
    throw datasetErrors.labelsInvalid({
      file: path,
      ...(line !== undefined && { line }),
      ...{ found: reasonOf(cause), expected: 'JSON', cause },
    });
  }
}

/** The entries of a JSON list; throws DATASET_LABELS_INVALID, and DATASET_EMPTY for an empty one. */
export async function readJsonList(path: string): Promise<readonly unknown[]> {
  const list = await readJson(path);
  if (!Array.isArray(list)) {
    throw datasetErrors.labelsInvalid({ file: path, found: `${kindOfJson(list)}`, expected: 'a list of entries' });
  }
  if (list.length === 0) throw datasetErrors.empty({ path, lookedFor: 'at least one entry' });
  return list;
}

/** The entries of a file with a JSON value a line, and their lines; throws DATASET_LABELS_INVALID, and DATASET_EMPTY where there is none. */
export async function readJsonLines(
  path: string,
): Promise<readonly { readonly line: number; readonly value: unknown }[]> {
  const text = await readText(path);
  const entries = text.split('\n').flatMap((raw, at) => {
    if (raw.trim() === '') return [];
    try {
      return [{ line: at + 1, value: JSON.parse(raw) as unknown }];
    } catch (cause) {
      throw datasetErrors.labelsInvalid({
        ...{ file: path, line: at + 1, found: reasonOf(cause), expected: 'one JSON object a line', cause },
      });
    }
  });
  if (entries.length === 0) throw datasetErrors.empty({ path, lookedFor: 'at least one line' });
  return entries;
}

export function kindOfJson(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return value === null ? 'null' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** The line at which a parser says that it stopped; the last where the text ends too early. */
function lineOf(text: string, cause: unknown): number | undefined {
  const message = reasonOf(cause);
  const position = /position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return text.slice(0, Number(position)).split('\n').length;
  return /end of JSON input/.test(message) ? text.trimEnd().split('\n').length : undefined;
}
