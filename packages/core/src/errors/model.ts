import { UnderstoryError, type Remedy } from './diagnosis.ts';
import { a, count, tryInstead } from './words.ts';

/** Errors of models, of what they are given and of what they can do. */
export const modelErrors = {
  pixelsInvalid({ found, expected }: { found: string; expected: string }) {
    return new UnderstoryError({
      code: 'PIXELS_INVALID',
      message: 'The pixels are not valid for the model.',
      found,
      expected,
      next: 'Give RGB values in 0..1, in the input size of the model.',
    });
  },

  maskInvalid({ found, expected }: { found: string; expected: string }) {
    return new UnderstoryError({
      code: 'MASK_INVALID',
      message: 'The mask does not match its pixels.',
      found,
      expected,
      next: 'Give the mask in the input size of the model, with weights in 0..1.',
    });
  },

  maskNeeds({ mask, what, next }: { mask: string; what: string; next: string }) {
    return new UnderstoryError({
      code: 'MASK_NEEDS',
      message: `The mask "${mask}" cannot be computed.`,
      found: `no ${what}`,
      expected: `${what}, one per sample`,
      next,
    });
  },

  programInvalid({ found, expected }: { found: string; expected: string }) {
    return new UnderstoryError({
      code: 'PROGRAM_INVALID',
      message: 'The program cannot be compiled for this model.',
      found,
      expected,
      next: 'This is a bug in the plugin that made the program; report it to its author.',
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
      message: `${what} cannot be used with this model.`,
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
      message: `The image does not match the model's input "${input}".`,
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
      next:
        candidates.length === 0
          ? 'Use a model that has one.'
          : `Name it with the option "${option}"${option === 'input' && candidates.length > 1 ? ', and give each other input a value' : ''}.`,
    });
  },

  noImageInput({
    inputs,
    next = 'Use an explainer that reads a layer.',
  }: {
    inputs: readonly string[];
    next?: string;
  }) {
    return new UnderstoryError({
      code: 'NO_IMAGE_INPUT',
      message: 'The image input of the model cannot be determined.',
      found: inputs.join(', ') || 'no inputs',
      expected: 'one float input of rank 4',
      next,
    });
  },

  labelCount({ labels, classCount }: { labels: number; classCount: number }) {
    return new UnderstoryError({
      code: 'LABEL_COUNT',
      message: 'The list of labels does not match the model.',
      found: count(labels, 'label'),
      expected: `${count(classCount, 'label')}, one per class`,
      next: 'Give the labels that the model was trained with, in its order.',
    });
  },

  modelNotReadable({ model, reason, cause }: { model: string; reason: string; cause?: unknown }) {
    return new UnderstoryError({
      code: 'MODEL_NOT_READABLE',
      message: `The model "${model}" cannot be read.`,
      found: reason,
      expected: 'a complete model file in a format that a loaded backend supports',
      next: 'Export or download the model again.',
      cause,
    });
  },

  modelClosed({ backend }: { backend: string }) {
    return new UnderstoryError({
      code: 'MODEL_CLOSED',
      message: 'The model was closed and cannot be used any more.',
      found: `a closed model of the backend "${backend}"`,
      expected: 'a model that is open',
      next: 'Open it again, and close it only after its last use.',
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

  rulesUnsupported({ backend, rules, known }: { backend: string; rules: string; known: readonly string[] }) {
    return new UnderstoryError({
      code: 'RULES_UNSUPPORTED',
      message: `The backend "${backend}" does not have the gradient rules "${rules}".`,
      found: `the rules "${rules}"`,
      expected:
        known.length === 0
          ? 'derivatives: the model has no other rules'
          : `derivatives, which need no rules, or ${known.map((name) => `"${name}"`).join(', ')}`,
      next: 'Ask for what the model lists among its `gradientRules`; the same network as an ONNX file may have more of them.',
    });
  },

  feedsInvalid({ input, found, expected }: { input: string; found: string; expected: string }) {
    return new UnderstoryError({
      code: 'FEEDS_INVALID',
      message: `The feeds do not match the model's input "${input}".`,
      found,
      expected,
      next: 'Feed every input of the model by its name, with its type and dimensions; the first dimension is the batch.',
    });
  },
} as const;
