import { UnderstoryError } from './diagnosis.ts';
import { a, didYouMean } from './words.ts';

/** Errors of plugins, of what they provide, and of their options. */
export const pluginErrors = {
  unknownExplainer({ id, suggestions }: { id: string; suggestions: readonly string[] }) {
    return new UnderstoryError({
      code: 'UNKNOWN_EXPLAINER',
      message: `No plugin provides the explainer "${id}".`,
      found: `"${id}"`,
      expected: 'the id of an explainer',
      next: didYouMean(suggestions, 'The host lists what is loaded; a plugin adds more.'),
      remedy: { kind: 'list', of: 'plugins' },
    });
  },

  unknownBackend({ id, suggestions }: { id: string; suggestions: readonly string[] }) {
    return new UnderstoryError({
      code: 'UNKNOWN_BACKEND',
      message: `No plugin provides the backend "${id}".`,
      found: `"${id}"`,
      expected: 'the id of a backend',
      next: didYouMean(suggestions, 'The host lists what is loaded; a plugin adds more.'),
      remedy: { kind: 'list', of: 'plugins' },
    });
  },

  unknownId({ kind, id, suggestions }: { kind: string; id: string; suggestions: readonly string[] }) {
    return new UnderstoryError({
      code: 'UNKNOWN_ID',
      message: `No plugin provides the ${kind} "${id}".`,
      found: `"${id}"`,
      expected: `the id of ${a(kind)}`,
      next: didYouMean(suggestions, 'The host lists what is loaded; a plugin adds more.'),
      remedy: { kind: 'list', of: 'plugins' },
    });
  },

  hostApiMismatch({ plugin, asked, offered }: { plugin: string; asked: string; offered: string }) {
    return new UnderstoryError({
      code: 'HOST_API_MISMATCH',
      message: `The plugin ${plugin} requires another host API.`,
      found: `it requires host API ${asked}`,
      expected: `a range that ${offered} satisfies`,
      next: `Install a version of ${plugin} for host API ${offered}, or the Understory it was made for.`,
    });
  },

  duplicateId({ kind, id, first, second }: { kind: string; id: string; first: string; second: string }) {
    return new UnderstoryError({
      code: 'DUPLICATE_ID',
      message: `Two plugins provide the ${kind} "${id}".`,
      found: `${first} and ${second}`,
      expected: `one plugin for each ${kind}`,
      next: `Remove ${first} or ${second} from the configuration.`,
    });
  },

  duplicatePlugin({ plugin, first, second }: { plugin: string; first: string; second: string }) {
    return new UnderstoryError({
      code: 'DUPLICATE_PLUGIN',
      message: `The plugin ${plugin} is loaded twice.`,
      found: `from ${first} and from ${second}`,
      expected: 'each plugin once',
      next: 'Remove one of the two from the configuration.',
    });
  },

  missingPeer({ name, install, cause }: { name: string; install: string; cause?: unknown }) {
    return new UnderstoryError({
      code: 'MISSING_PEER',
      message: `The package ${name} is needed for this and is not installed.`,
      found: `no package ${name}`,
      expected: `${name}, which is optional and not installed automatically`,
      next: `Run: ${install}`,
      cause,
    });
  },

  peerNotLoadable({
    name,
    reason,
    install,
    cause,
  }: {
    name: string;
    reason: string;
    install: string;
    cause?: unknown;
  }) {
    return new UnderstoryError({
      code: 'PEER_NOT_LOADABLE',
      message: `The package ${name} is installed but cannot be loaded.`,
      found: reason,
      expected: `a working installation of ${name}`,
      next: `Install it again: ${install}`,
      cause,
    });
  },

  pluginNotFound({ plugin, from, cause }: { plugin: string; from: string; cause?: unknown }) {
    const isPath = /^\.|[\\/]|\.[cm]?[jt]s$/.test(plugin) && !/^@[^/]+\/[^/]+$/.test(plugin);
    return new UnderstoryError({
      code: 'PLUGIN_NOT_FOUND',
      message: `The plugin ${plugin} cannot be found.`,
      found: `no such package or file, resolved from ${from}`,
      expected: 'the name of an installed package, or a path',
      next: isPath ? 'Check the path; it is relative to the working folder.' : `Run: npm install ${plugin}`,
      cause,
    });
  },

  pluginInvalid({ plugin, reason, cause }: { plugin: string; reason: string; cause?: unknown }) {
    return new UnderstoryError({
      code: 'PLUGIN_INVALID',
      message: `${plugin} is not a valid plugin.`,
      found: reason,
      expected: 'a default export of definePlugin whose register binds exactly what it declares',
      next: `Fix ${plugin}, or remove it from the configuration.`,
      cause,
    });
  },

  pluginFailed({
    plugin,
    kind,
    id,
    reason,
    cause,
  }: {
    plugin: string;
    kind: string;
    id: string;
    reason: string;
    cause?: unknown;
  }) {
    return new UnderstoryError({
      code: 'PLUGIN_FAILED',
      message: `The ${kind} "${id}" of the plugin ${plugin} failed: ${/[.!?]$/.test(reason) ? reason : `${reason}.`}`,
      found: (cause instanceof Error && cause.stack) || reason,
      expected: 'a result, or an error with a code',
      next: `This is a fault of ${plugin}: tell its author, or use another ${kind}.`,
      cause,
    });
  },

  environmentFailed({
    plugin,
    kind,
    id,
    reason,
    cause,
  }: {
    plugin: string;
    kind: string;
    id: string;
    reason: string;
    cause: unknown;
  }) {
    return new UnderstoryError({
      code: 'ENVIRONMENT_FAILED',
      message: `The ${kind} "${id}" of the plugin ${plugin} stopped because of a system error.`,
      found: reason,
      expected: 'readable and writable files, free disk space, memory, and working connections',
      next: 'Fix what the system reports, and try again.',
      cause,
    });
  },

  pluginResultInvalid({
    plugin,
    kind,
    id,
    found,
    expected,
  }: {
    plugin: string;
    kind: string;
    id: string;
    found: string;
    expected: string;
  }) {
    return new UnderstoryError({
      code: 'PLUGIN_RESULT_INVALID',
      message: `The ${kind} "${id}" of the plugin ${plugin} returned a result that is not valid for ${a(kind)}.`,
      found,
      expected,
      next: `This is a fault of ${plugin}: tell its author, or use another ${kind}.`,
    });
  },

  configurationInvalid({ key, found, expected }: { key: string; found: string; expected: string }) {
    return new UnderstoryError({
      code: 'CONFIGURATION_INVALID',
      message: key === '' ? 'The configuration is not valid.' : `The configuration is not valid at "${key}".`,
      found,
      expected,
      next: key === '' ? 'Correct the configuration.' : `Correct "${key}" in the configuration.`,
    });
  },

  unknownOption({
    of,
    option,
    known,
    suggestions,
  }: {
    of: string;
    option: string;
    known: readonly string[];
    suggestions: readonly string[];
  }) {
    const next = known.length === 0 ? `Omit "${option}".` : `${of} has ${known.join(', ')}.`;
    return new UnderstoryError({
      code: 'UNKNOWN_OPTION',
      message: `${of} has no option "${option}".`,
      found: `"${option}"`,
      expected: known.length === 0 ? 'no options' : 'the name of one of its options',
      next: didYouMean(suggestions, next),
    });
  },

  optionInvalid({
    of,
    option,
    found,
    expected,
  }: {
    of: string;
    option: string;
    found: number | string | boolean | readonly (number | string)[];
    expected: string;
  }) {
    return new UnderstoryError({
      code: 'OPTION_INVALID',
      message: `The option "${option}" of ${of.replace(/^(The|A|An) /, (article) => article.toLowerCase())} has an invalid value.`,
      found: typeof found === 'string' || typeof found === 'object' ? JSON.stringify(found) : `${found}`,
      expected,
      next: `Give "${option}" another value, or omit it for its default.`,
    });
  },

  unknownPreset({ of, preset, known }: { of: string; preset: string; known: readonly string[] }) {
    return new UnderstoryError({
      code: 'UNKNOWN_PRESET',
      message: `${of} has no preset "${preset}".`,
      found: `"${preset}"`,
      expected: known.length === 0 ? 'no preset' : `one of ${known.join(', ')}`,
      next: 'Give the options individually, or omit the preset.',
    });
  },

  selectionInvalid({ text, part }: { text: string; part: string }) {
    return new UnderstoryError({
      code: 'SELECTION_INVALID',
      message: `"${text}" cannot be parsed.`,
      found: `"${part}"`,
      expected: 'ids, each with its options once, such as "deletion:fraction=0.5,steps=100,insertion"',
      next: 'Write the id, a colon, and comma-separated name=value pairs.',
    });
  },
} as const;
