import type { Unreadable } from './axes/read-axes.ts';

/** What an error tells a person: what was found, what was expected, and what to do next, under a stable code. */
export interface Diagnosis {
  /** Stable across versions, in SCREAMING_SNAKE_CASE. */
  readonly code: string;
  readonly found: string;
  readonly expected: string;
  readonly next: string;
}

/** An error that a user can act on. */
export class UnderstoryError extends Error implements Diagnosis {
  readonly code: string;
  readonly found: string;
  readonly expected: string;
  readonly next: string;

  constructor(diagnosis: Diagnosis & { readonly message: string; readonly cause?: unknown }) {
    super(diagnosis.message, 'cause' in diagnosis ? { cause: diagnosis.cause } : undefined);
    this.name = 'UnderstoryError';
    this.code = diagnosis.code;
    this.found = diagnosis.found;
    this.expected = diagnosis.expected;
    this.next = diagnosis.next;
  }
}

/** Whether an error carries a diagnosis; judged by its fields, because packages that do not depend on core bring their own class. */
export function isDiagnosed(error: unknown): error is Error & Diagnosis {
  if (typeof error !== 'object' || error === null) return false;
  const fields = error as Partial<Record<keyof Diagnosis | 'message', unknown>>;
  return [fields.message, fields.code, fields.found, fields.expected, fields.next].every(
    (field) => typeof field === 'string',
  );
}

/** Whether an error is the fault of a plugin rather than of what it was given. */
export function isPluginFault(error: unknown): boolean {
  return isDiagnosed(error) && ['PLUGIN_FAILED', 'PLUGIN_RESULT_INVALID'].includes(error.code);
}

/** Every error of core and of those that packages share, by what went wrong. */
export const errors = {
  unknownLayer({
    layer,
    suggestions,
    examples = [],
  }: {
    layer: string;
    suggestions: readonly string[];
    /** A few layers of the model, for where nothing comes close. */
    examples?: readonly string[];
  }) {
    const shown = suggestions.length === 0 && examples.length > 0;
    const last = shown ? `Its last layers are ${examples.map((example) => `"${example}"`).join(', ')}. ` : '';
    return new UnderstoryError({
      code: 'UNKNOWN_LAYER',
      message: `The model has no layer "${layer}".`,
      found: `"${layer}"`,
      expected: 'a tensor name, a module path or auto',
      next: didYouMean(suggestions, `${last}\`understory inspect <model>\` lists every layer.`),
    });
  },

  ambiguousLayer({ layer, matches }: { layer: string; matches: readonly string[] }) {
    const shown = matches.slice(0, 10).map((match) => `"${match}"`);
    return new UnderstoryError({
      code: 'AMBIGUOUS_LAYER',
      message: `Several modules end with "${layer}".`,
      found: `${count(matches.length, 'module')}: ${shown.join(', ')}${matches.length > shown.length ? ', ...' : ''}`,
      expected: 'a tensor name, a module path, or the end of one that no other module shares',
      next: 'Write more of the path of the one that you mean.',
    });
  },

  layerNotSpatial({
    layer,
    dims,
    batch,
    candidates = [],
  }: {
    layer: string;
    dims: readonly (number | string)[];
    batch: number;
    /** Layers that can be read. */
    candidates?: readonly string[];
  }) {
    return new UnderstoryError({
      code: 'LAYER_NOT_SPATIAL',
      message: `The layer "${layer}" has no spatial positions that a heat map could show.`,
      found: shownDims(dims),
      expected: `a feature map of more than one row and column, such as [${batch}, channels, height, width], or tokens [${batch}, tokens, channels] that lie on a grid`,
      next: `Leave the choice to --layer auto, or ${takeOneOf(candidates)}.`,
    });
  },

  layerAxes({
    layer,
    axes,
    dims,
    candidates = [],
  }: {
    layer: string;
    axes: Exclude<Unreadable, 'noPositions'> | 'open';
    dims?: readonly (number | string)[] | undefined;
    /** Layers that can be read. */
    candidates?: readonly string[];
  }) {
    return new UnderstoryError({
      code: 'LAYER_AXES',
      message:
        axes === 'unknown' || axes === 'open'
          ? `Nothing tells which axes of layer "${layer}" are height and width.`
          : `The axes of layer "${layer}" are not those of a feature map.`,
      found: `${foundAxes[axes]}${dims ? `, ${shownDims(dims)}` : ''}`,
      expected:
        'axes that a convolution, pooling, resize or normalisation makes or reads as height and width, or tokens [N, T, C] of such',
      next:
        axes === 'unknown' || axes === 'open'
          ? `${capital(takeOneOf(candidates))}; or say what its axes are, with a layout: nchw, nhwc, or tokens:HxW, and +prefix for tokens in front (--layout).`
          : `Use --layer auto, or ${takeOneOf(candidates)}.`,
    });
  },

  layoutInvalid({ layout }: { layout: string }) {
    return new UnderstoryError({
      code: 'LAYOUT_INVALID',
      message: 'This is no layout of a layer.',
      found: `"${layout}"`,
      expected:
        'nchw, nhwc, or tokens:HEIGHTxWIDTH, with +PREFIX where tokens in front stand for no spatial position, such as tokens:14x14+1',
      next: 'Write it as one of these.',
    });
  },

  layoutMismatch({ layer, layout, dims }: { layer: string; layout: string; dims: readonly (number | string)[] }) {
    return new UnderstoryError({
      code: 'LAYOUT_MISMATCH',
      message: `The layer "${layer}" cannot be read as ${layout}.`,
      found: shownDims(dims),
      expected: layout.startsWith('tokens')
        ? 'three dimensions, the second with as many elements as the grid and the prefix'
        : 'four dimensions',
      next: 'Name another layer, or a layout that fits its sizes.',
    });
  },

  noSpatialLayer({
    layers,
    output,
    candidates = [],
    layout,
  }: {
    layers: number;
    output: string;
    /** Layers whose axes nothing tells, with their sizes. */
    candidates?: readonly string[];
    layout?: string | undefined;
  }) {
    const asked = layout === undefined ? 'known to have height and width' : `of sizes that fit ${layout}`;
    return new UnderstoryError({
      code: 'NO_SPATIAL_LAYER',
      message: 'The model has no spatial activation that the explained output depends on.',
      found: `${count(layers, 'layer')}, none of them ${asked}, on the way to "${output}"${candidates.length > 0 ? `; not known are ${candidates.join(', ')}` : ''}`,
      expected: 'a feature map with more than one row and column, or tokens of an image on a grid',
      next:
        candidates.length > 0
          ? 'Name one of these with --layer, and say what its axes are with a layout: nchw, nhwc, or tokens:HxW, and +prefix for tokens in front (--layout).'
          : 'Name a layer with --layer, or use an explainer that works on the input.',
    });
  },

  pixelsInvalid({ found, expected }: { found: string; expected: string }) {
    return new UnderstoryError({
      code: 'PIXELS_INVALID',
      message: 'These are not pixels that the model can be given.',
      found,
      expected,
      next: 'Give red, green and blue as shares of full light, of the size that the model takes.',
    });
  },

  maskInvalid({ found, expected }: { found: string; expected: string }) {
    return new UnderstoryError({
      code: 'MASK_INVALID',
      message: 'The mask does not fit the pixels that it is for.',
      found,
      expected,
      next: 'Draw the mask at the size of the image that the network sees, with weights in 0..1.',
    });
  },

  maskNeeds({ mask, what, next }: { mask: string; what: string; next: string }) {
    return new UnderstoryError({
      code: 'MASK_NEEDS',
      message: `The mask "${mask}" cannot be drawn.`,
      found: `no ${what}`,
      expected: `${what}, one a sample`,
      next,
    });
  },

  programInvalid({ found, expected }: { found: string; expected: string }) {
    return new UnderstoryError({
      code: 'PROGRAM_INVALID',
      message: 'The program cannot be compiled for this model.',
      found,
      expected,
      next: 'This is a fault of the plugin that made the program; tell its author.',
    });
  },

  capabilityMissing({
    what,
    capability,
    backend,
    next = 'Choose another backend with --backend, or another method; `understory plugins` lists both.',
  }: {
    what: string;
    capability: string;
    backend: string;
    next?: string | undefined;
  }) {
    return new UnderstoryError({
      code: 'CAPABILITY_MISSING',
      message: `${what} cannot work on this model.`,
      found: `the backend "${backend}", which has no ${capability} for it`,
      expected: `a backend with ${capability}`,
      next,
    });
  },

  unknownClass({ label, suggestions }: { label: string; suggestions: readonly string[] }) {
    return new UnderstoryError({
      code: 'UNKNOWN_CLASS',
      message: `The model has no class "${label}".`,
      found: `"${label}"`,
      expected: 'a label of the model, a class index, or top1, top2 ...',
      next: didYouMean(suggestions, 'Give the class by its index.'),
    });
  },

  ambiguousClass({ label, candidates }: { label: string; candidates: readonly string[] }) {
    return new UnderstoryError({
      code: 'AMBIGUOUS_CLASS',
      message: `"${label}" names more than one class.`,
      found: candidates.join('; '),
      expected: 'a label that names one class',
      next: 'Give the whole label or the class index.',
    });
  },

  classOutOfRange({
    index,
    classCount,
    suggestions = [],
  }: {
    index: number;
    classCount: number | undefined;
    suggestions?: readonly string[];
  }) {
    return new UnderstoryError({
      code: 'CLASS_OUT_OF_RANGE',
      message: `Class ${index} is out of range.`,
      found: `${index}`,
      expected: classCount === undefined ? 'a whole number from 0' : `a whole number from 0 to ${classCount - 1}`,
      next: didYouMean(suggestions, 'Classes are counted from 0.'),
    });
  },

  topOutOfRange({ asked, classCount }: { asked: string; classCount: number | undefined }) {
    return new UnderstoryError({
      code: 'TOP_OUT_OF_RANGE',
      message: `"${asked}" asks for a number of classes that the model cannot give.`,
      found: asked,
      expected: classCount === undefined ? 'top1, top2 ...' : `top1 to top${classCount}`,
      next: classCount === undefined ? 'Ask for top1.' : `The model has ${count(classCount, 'class', 'classes')}.`,
    });
  },

  targetCount({ targets, batch }: { targets: number; batch: number }) {
    return new UnderstoryError({
      code: 'TARGET_COUNT',
      message: 'The list of targets does not fit the batch.',
      found: `${count(targets, 'target')} for ${count(batch, 'sample')}`,
      expected: 'one target a sample',
      next: `Give ${count(batch, 'target')}.`,
    });
  },

  unknownExplainer({ id, suggestions }: { id: string; suggestions: readonly string[] }) {
    return new UnderstoryError({
      code: 'UNKNOWN_EXPLAINER',
      message: `No plugin provides the explainer "${id}".`,
      found: `"${id}"`,
      expected: 'the id of an explainer',
      next: didYouMean(suggestions, '`understory plugins` lists what is loaded; --plugin adds a package.'),
    });
  },

  unknownBackend({ id, suggestions }: { id: string; suggestions: readonly string[] }) {
    return new UnderstoryError({
      code: 'UNKNOWN_BACKEND',
      message: `No plugin provides the backend "${id}".`,
      found: `"${id}"`,
      expected: 'the id of a backend',
      next: didYouMean(suggestions, '`understory plugins` lists what is loaded; --plugin adds a package.'),
    });
  },

  unknownId({ kind, id, suggestions }: { kind: string; id: string; suggestions: readonly string[] }) {
    return new UnderstoryError({
      code: 'UNKNOWN_ID',
      message: `No plugin provides the ${kind} "${id}".`,
      found: `"${id}"`,
      expected: `the id of ${a(kind)}`,
      next: didYouMean(suggestions, '`understory plugins` lists what is loaded; --plugin adds a package.'),
    });
  },

  notDifferentiable({
    output,
    tensor,
    reason,
    alternatives,
    cause,
  }: {
    output: string;
    tensor: string;
    reason: string;
    alternatives: readonly string[];
    cause?: unknown;
  }) {
    return new UnderstoryError({
      code: 'NOT_DIFFERENTIABLE',
      message: `Gradients of "${output}" do not reach "${tensor}".`,
      found: reason,
      expected: 'a path of operators that have gradients, on a backend that computes them',
      next: tryInstead(alternatives),
      cause,
    });
  },

  camNotApplicable({ reason, alternatives }: { reason: string; alternatives: readonly string[] }) {
    return new UnderstoryError({
      code: 'CAM_NOT_APPLICABLE',
      message: 'Class activation mapping does not apply to this network.',
      found: reason,
      expected: 'global average pooling followed by one linear layer, or a 1x1 convolution followed by the pooling',
      next: tryInstead(alternatives),
    });
  },

  imageChannelMismatch({ found, expected, input }: { found: number; expected: number; input: string }) {
    return new UnderstoryError({
      code: 'IMAGE_CHANNEL_MISMATCH',
      message: `The image does not fit the model's input "${input}".`,
      found: count(found, 'channel'),
      expected: count(expected, 'channel'),
      next: 'Convert the image, or use a model made for such images.',
    });
  },

  notAnImageClassifier({
    what,
    candidates,
    option,
  }: {
    what: string;
    candidates: readonly string[];
    option: 'input' | 'logits';
  }) {
    return new UnderstoryError({
      code: 'NOT_AN_IMAGE_CLASSIFIER',
      message: `The model cannot be used as an image classifier: it has no clear ${what}.`,
      found: candidates.length === 0 ? 'none' : candidates.join(', '),
      expected: what,
      next: candidates.length === 0 ? 'Use a model that has one.' : `Name it with the option "${option}".`,
    });
  },

  noImageInput({ inputs }: { inputs: readonly string[] }) {
    return new UnderstoryError({
      code: 'NO_IMAGE_INPUT',
      message: 'It is not clear which input of the model takes the image.',
      found: inputs.join(', ') || 'no inputs',
      expected: 'one input of numbers of rank 4',
      next: 'Use an explainer that reads a layer.',
    });
  },

  labelCount({ labels, classCount }: { labels: number; classCount: number }) {
    return new UnderstoryError({
      code: 'LABEL_COUNT',
      message: 'The list of labels does not fit the model.',
      found: count(labels, 'label'),
      expected: `${count(classCount, 'label')}, one a class`,
      next: 'Give the labels that the model was trained with, in its order.',
    });
  },

  modelNotFound({ model, suggestions }: { model: string; suggestions: readonly string[] }) {
    return new UnderstoryError({
      code: 'MODEL_NOT_FOUND',
      message: `There is no model "${model}".`,
      found: `"${model}" is neither a bundled model nor a file or folder`,
      expected: 'the name of a bundled model, a model folder or a model file',
      next: didYouMean(suggestions, 'Check the path.'),
    });
  },

  modelNotReadable({ model, reason, cause }: { model: string; reason: string; cause?: unknown }) {
    return new UnderstoryError({
      code: 'MODEL_NOT_READABLE',
      message: `The model "${model}" cannot be read.`,
      found: reason,
      expected: 'a whole model file of a format that a loaded backend reads',
      next: 'Export or download the model again.',
      cause,
    });
  },

  backendCannotRead({ model, backend, others }: { model: string; backend: string; others: readonly string[] }) {
    return new UnderstoryError({
      code: 'BACKEND_CANNOT_READ',
      message: `The backend "${backend}" does not read "${model}".`,
      found: others.length === 0 ? 'no loaded backend that reads it' : `read by ${others.join(', ')}`,
      expected: `a file that "${backend}" accepts`,
      next:
        others.length === 0
          ? 'Check that the file is a model, or add the plugin of its format with --plugin.'
          : `Use --backend ${others[0]}, or convert the model.`,
    });
  },

  modelClosed({ backend }: { backend: string }) {
    return new UnderstoryError({
      code: 'MODEL_CLOSED',
      message: 'The model was closed and cannot be asked any more.',
      found: `a closed model of the backend "${backend}"`,
      expected: 'a model that is open',
      next: 'Open it again; whoever opened a model closes it when nobody needs it any more.',
    });
  },

  noBackendFor({ model, backends }: { model: string; backends: readonly string[] }) {
    return new UnderstoryError({
      code: 'NO_BACKEND_FOR',
      message: `No loaded backend reads "${model}".`,
      found: backends.length === 0 ? 'no backend is loaded' : `backends: ${backends.join(', ')}`,
      expected: 'a file that one of the loaded backends accepts',
      next: 'Check that the file is a model, or add the plugin of its format with --plugin.',
    });
  },

  outputNotWritable({ path, reason, cause }: { path: string; reason: string; cause?: unknown }) {
    return new UnderstoryError({
      code: 'OUTPUT_NOT_WRITABLE',
      message: `"${path}" cannot be written.`,
      found: reason,
      expected: 'a folder that can be created and written to',
      next: 'Name another place with --out.',
      cause,
    });
  },

  hostApiMismatch({ plugin, asked, offered }: { plugin: string; asked: string; offered: string }) {
    return new UnderstoryError({
      code: 'HOST_API_MISMATCH',
      message: `The plugin ${plugin} was made for another host.`,
      found: `it asks for host API ${asked}`,
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

  missingCapability({ plugin, kind, id }: { plugin: string; kind: string; id?: string }) {
    const capability = id === undefined ? a(kind) : `the ${kind} "${id}"`;
    return new UnderstoryError({
      code: 'MISSING_CAPABILITY',
      message: `The plugin ${plugin} needs ${capability}.`,
      found: 'no loaded plugin provides it',
      expected: capability,
      next: `Add a plugin that provides it to the configuration, or remove ${plugin}.`,
    });
  },

  missingPeer({ name, install, cause }: { name: string; install: string; cause?: unknown }) {
    return new UnderstoryError({
      code: 'MISSING_PEER',
      message: `The package ${name} is needed for this and is not installed.`,
      found: `no package ${name}`,
      expected: `${name}, which is optional and therefore not installed by itself`,
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
      message: `The package ${name} is installed and does not load.`,
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
      found: `no such package or file, seen from ${from}`,
      expected: 'the name of an installed package, or a path',
      next: isPath
        ? 'Check the path; it is read from the folder in which the command runs.'
        : `Run: npm install ${plugin}`,
      cause,
    });
  },

  pluginInvalid({ plugin, reason, cause }: { plugin: string; reason: string; cause?: unknown }) {
    return new UnderstoryError({
      code: 'PLUGIN_INVALID',
      message: `${plugin} is not a valid plugin.`,
      found: reason,
      expected: 'a default export made by definePlugin whose register binds exactly what it declares',
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
      message: `The ${kind} "${id}" of the plugin ${plugin} gave what ${a(kind)} does not give.`,
      found,
      expected,
      next: `This is a fault of ${plugin}: tell its author, or use another ${kind}.`,
    });
  },

  heatMapNotFinite({ found }: { found: string }) {
    return new UnderstoryError({
      code: 'HEAT_MAP_NOT_FINITE',
      message: 'The heat map has values that are not finite numbers.',
      found,
      expected: 'finite values',
      next: 'Look for an overflow in the model: a float16 one often works as float32.',
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
    const next = known.length === 0 ? `Leave "${option}" out.` : `${of} has ${known.join(', ')}.`;
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
      message: `The option "${option}" of ${of.replace(/^(The|A|An) /, (article) => article.toLowerCase())} cannot be that.`,
      found: typeof found === 'string' || typeof found === 'object' ? JSON.stringify(found) : `${found}`,
      expected,
      next: `Give "${option}" another value, or leave it out for its default.`,
    });
  },

  unknownPreset({ of, preset, known }: { of: string; preset: string; known: readonly string[] }) {
    return new UnderstoryError({
      code: 'UNKNOWN_PRESET',
      message: `${of} has no preset "${preset}".`,
      found: `"${preset}"`,
      expected: known.length === 0 ? 'no preset' : `one of ${known.join(', ')}`,
      next: 'Give the options themselves, or leave the preset out.',
    });
  },

  selectionInvalid({ text, part }: { text: string; part: string }) {
    return new UnderstoryError({
      code: 'SELECTION_INVALID',
      message: `"${text}" cannot be understood.`,
      found: `"${part}"`,
      expected: 'ids, each with its options once, such as "deletion:fraction=0.5,steps=100,insertion"',
      next: 'Write the id, a colon, and name=value pairs between commas.',
    });
  },

  feedsInvalid({ input, found, expected }: { input: string; found: string; expected: string }) {
    return new UnderstoryError({
      code: 'FEEDS_INVALID',
      message: `The feeds do not fit the model's input "${input}".`,
      found,
      expected,
      next: 'Feed every input of the model by its name, with its type and dimensions; the first is the batch.',
    });
  },
} as const;

function didYouMean(suggestions: readonly string[], otherwise: string): string {
  if (suggestions.length === 0) return otherwise;
  return `Did you mean ${suggestions.map((suggestion) => `"${suggestion}"`).join(' or ')}? ${otherwise}`;
}

function tryInstead(alternatives: readonly string[]): string {
  return alternatives.length === 0 ? 'Use another model.' : `Use instead: ${alternatives.join(', ')}.`;
}

function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}

function a(kind: string): string {
  return `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`;
}

const foundAxes = {
  attention: 'queries, keys, scores or values of attention, or a channel axis taken apart',
  windows: 'windows of a feature map, or parts of its axes',
  batch: 'an axis that does not begin with the batch',
  unknown: 'axes that no operator tells',
  open: 'tokens whose grid is not known',
};

function shownDims(dims: readonly (number | string)[]): string {
  return `[${dims.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]`;
}

function takeOneOf(candidates: readonly string[]): string {
  return candidates.length > 0
    ? `name a layer that can be read, such as ${candidates.map((name) => `"${name}"`).join(', ')}`
    : 'take another from `understory inspect <model>`';
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
