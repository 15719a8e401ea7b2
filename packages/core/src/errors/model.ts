import { UnderstoryError, type Remedy } from './diagnosis.ts';
import { a, count, tryInstead } from './words.ts';

/** Errors of models, of what they are given and of what they can do. */
export const modelErrors = {
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

  /** Of a method that a backend cannot serve, or of a plugin that requires what no other provides. */
  capabilityMissing(
    missing:
      | { what: string; capability: string; backend: string; next?: string | undefined; remedy?: Remedy | undefined }
      | { plugin: string; kind: string; id?: string },
  ) {
    const code = 'CAPABILITY_MISSING';
    if ('plugin' in missing) {
      const { plugin, kind, id } = missing;
      const capability = id === undefined ? a(kind) : `the ${kind} "${id}"`;
      return new UnderstoryError({
        code,
        message: `The plugin ${plugin} needs ${capability}.`,
        found: 'no loaded plugin provides it',
        expected: capability,
        next: `Add a plugin that provides it to the configuration, or remove ${plugin}.`,
      });
    }
    const { what, capability, backend, next, remedy } = missing;
    return new UnderstoryError({
      code,
      message: `${what} cannot work on this model.`,
      found: `the backend "${backend}", which has no ${capability} for it`,
      expected: `a backend with ${capability}`,
      next: next ?? 'Choose another backend or another method.',
      remedy: remedy ?? (next === undefined ? { kind: 'backend', ids: [] } : undefined),
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
      next: 'Check that the file is a model, or add the plugin of its format.',
      remedy: { kind: 'settings', settings: [{ name: 'plugin' }] },
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

  scoresNotFinite({ what, found }: { what: string; found: string }) {
    return new UnderstoryError({
      code: 'SCORES_NOT_FINITE',
      message: `The network gives ${what} that are not finite numbers.`,
      found,
      expected: 'finite values',
      next: 'Look for an overflow in the model: a float16 one often works as float32.',
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
