import { errors } from './errors/index.ts';
import { closest } from './suggest.ts';

/** What a user chooses: which plugins there are, and which backend they run on. */
export interface Configuration {
  /** Package names or paths, in order. */
  readonly plugins: readonly string[];
  /** The id of the backend for everything that `backends` does not name. */
  readonly backend?: string;
  /** The id of the backend by plugin name. */
  readonly backends?: Readonly<Record<string, string>>;
}

/** JSON Schema of what `parseConfiguration` takes, for editors and references. */
export const configurationJsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    plugins: {
      type: 'array',
      items: { type: 'string', minLength: 1 },
      uniqueItems: true,
      description: 'Package names or paths, in order; the default plugins of the host where absent.',
    },
    backend: {
      type: 'string',
      minLength: 1,
      description: 'The id of the backend for everything that `backends` does not name.',
    },
    backends: {
      type: 'object',
      additionalProperties: { type: 'string', minLength: 1 },
      description: 'The id of the backend by plugin name.',
    },
  },
  examples: [
    { plugins: ['@understory/backend-onnx', '@understory/explain-gradcam', './my-explainer.mjs'], backend: 'onnx' },
  ],
} as const;

/** The configuration in a parsed file; throws CONFIGURATION_INVALID with the key that is wrong. */
export function parseConfiguration(value: unknown): Configuration {
  const { plugins = [], backend, backends, ...others } = record('', value);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    const [meant] = closest(unknown, ['plugins', 'backend', 'backends']);
    throw errors.configurationInvalid({
      key: unknown,
      found: 'a key that means nothing',
      expected: meant === undefined ? 'plugins, backend or backends' : `did you mean "${meant}"?`,
    });
  }
  if (!Array.isArray(plugins)) throw wrongType('plugins', plugins, 'a list of package names');
  const names = plugins.map((plugin, place) => text(`plugins[${place}]`, plugin, 'a package name or a path'));
  const repeated = names.findIndex((name, place) => names.indexOf(name) !== place);
  if (repeated !== -1) {
    throw errors.configurationInvalid({
      key: `plugins[${repeated}]`,
      found: `"${names[repeated]}" a second time`,
      expected: 'each plugin once',
    });
  }
  return {
    plugins: names,
    ...(backend === undefined ? {} : { backend: text('backend', backend, 'the id of a backend') }),
    ...(backends === undefined ? {} : { backends: backendsOf(backends) }),
  };
}

function backendsOf(value: unknown): Record<string, string> {
  const entries = Object.entries(record('backends', value));
  return Object.fromEntries(
    entries.map(([plugin, id]) => [plugin, text(`backends.${plugin}`, id, 'the id of a backend')]),
  );
}

function record(key: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(key, value, 'an object');
  return { ...value };
}

function text(key: string, value: unknown, expected: string): string {
  if (typeof value !== 'string' || value.trim() === '') throw wrongType(key, value, expected);
  return value;
}

function wrongType(key: string, value: unknown, expected: string) {
  return errors.configurationInvalid({ key, found: JSON.stringify(value) ?? String(value), expected });
}
