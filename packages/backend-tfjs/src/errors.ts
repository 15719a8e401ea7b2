import { UnderstoryError } from '@understory/core';

/** Every error of this package, by what went wrong. */
export const errors = {
  notJson: ({ model, reason, cause }: { model: string; reason: string; cause: unknown }) =>
    new UnderstoryError({
      code: 'TFJS_NOT_JSON',
      message: `"${model}" is not JSON.`,
      found: reason,
      expected: 'the model.json of a TensorFlow.js model',
      next: 'Download or convert the model again.',
      cause,
    }),
  unknownFormat: ({ model, found }: { model: string; found: string }) =>
    new UnderstoryError({
      code: 'TFJS_FORMAT_UNKNOWN',
      message: `"${model}" is not a supported TensorFlow.js model.`,
      found,
      expected: 'a model.json with the format "layers-model" or "graph-model", modelTopology and weightsManifest',
      next: 'Convert the model with tensorflowjs_converter, to tfjs_layers_model or tfjs_graph_model.',
    }),
  invalid: ({ model, path, found, expected }: { model: string; path: string; found: string; expected: string }) =>
    new UnderstoryError({
      code: 'TFJS_MODEL_INVALID',
      message: `"${model}" is not a valid TensorFlow.js model, at ${path}.`,
      found,
      expected,
      next: 'Download or convert the model again.',
    }),
  tooLarge: ({ model, what, found, limit }: { model: string; what: string; found: number; limit: number }) =>
    new UnderstoryError({
      code: 'TFJS_MODEL_TOO_LARGE',
      message: `"${model}" exceeds a size limit.`,
      found: `${what} of ${found} bytes`,
      expected: `at most ${limit} bytes`,
      next: 'Use a smaller model, or one with quantised weights.',
    }),
  shardMissing: ({ model, shard, reason, cause }: { model: string; shard: string; reason: string; cause?: unknown }) =>
    new UnderstoryError({
      code: 'TFJS_SHARD_MISSING',
      message: `The weights "${shard}" of "${model}" cannot be read.`,
      found: reason,
      expected: `the file "${shard}", which the model's weightsManifest names, beside model.json`,
      next: 'Download the model again with all of its shards.',
      cause,
    }),
  shardOutside: ({ model, shard }: { model: string; shard: string }) =>
    new UnderstoryError({
      code: 'MODEL_NOT_READABLE',
      message: `The model "${model}" cannot be read.`,
      found: `weights outside its folder, in "${shard}"`,
      expected: 'weights beside model.json',
      next: 'Export or download the model again.',
    }),
  noSecureContext: () =>
    new UnderstoryError({
      code: 'NO_SECURE_CONTEXT',
      message: 'The digest of the model cannot be computed in this page.',
      found: 'a page without crypto.subtle',
      expected: 'a page from https or from localhost',
      next: 'Serve the page over https, or open it on the machine that serves it.',
    }),
  shardSize: ({
    model,
    shards,
    found,
    expected,
  }: {
    model: string;
    shards: readonly string[];
    found: number;
    expected: number;
  }) =>
    new UnderstoryError({
      code: 'TFJS_SHARD_SIZE',
      message: `The weights of "${model}" are incomplete.`,
      found: `${found} bytes in ${shards.join(', ')}`,
      expected: `${expected} bytes, as the weightsManifest says`,
      next: 'Download the shards again.',
    }),
  unsupported: ({ what, model, detail }: { what: string; model: string; detail: string }) =>
    new UnderstoryError({
      code: 'OPERATOR_UNSUPPORTED',
      message: `"${model}" uses ${what}, which this backend cannot run.`,
      found: detail,
      expected: 'layers and operators that TensorFlow.js computes in one pass, without control flow',
      next: 'Export the model to ONNX, or without that part.',
    }),
  notLoadable: ({ model, reason, cause }: { model: string; reason: string; cause: unknown }) =>
    new UnderstoryError({
      code: 'MODEL_NOT_RUNNABLE',
      message: `TensorFlow.js cannot load "${model}".`,
      found: reason,
      expected: 'a model of TensorFlow.js 4 or earlier',
      next: 'Convert the model again with tensorflowjs_converter.',
      cause,
    }),
  unknownDevice: (device: string, known: readonly string[]) =>
    new UnderstoryError({
      code: 'DEVICE_UNKNOWN',
      message: `TensorFlow.js has no engine "${device}" here.`,
      found: device,
      expected: `auto, or one or more of ${known.join(', ')}`,
      next: `Use the device "auto", or several engines in order of preference such as ${known
        .slice(-2)
        .map((name) => `"${name}"`)
        .join(', ')}.`,
      remedy: { kind: 'settings', settings: [{ name: 'device', value: 'auto' }] },
    }),
  noDevice: (tried: readonly string[], reasons: readonly string[]) =>
    new UnderstoryError({
      code: 'DEVICE_UNAVAILABLE',
      message: `The model cannot be opened on ${tried.join(' or ')}.`,
      found: reasons.join('; '),
      expected: 'an engine of TensorFlow.js that works here',
      next: 'Use the device "wasm", which needs no installation.',
      remedy: { kind: 'settings', settings: [{ name: 'device', value: 'wasm' }] },
    }),
  nodeTooNew: ({ engine, node, last }: { engine: string; node: string; last: number }) =>
    new UnderstoryError({
      code: 'DEVICE_UNAVAILABLE',
      message: `${engine} does not run on Node ${node}.`,
      found: `Node ${node}, and the addon of ${engine} ends at Node ${last}`,
      expected: `Node 20.19 to ${last}`,
      next: `Use the engine wasm, or Node ${last}.`,
    }),
  nativeTaken: (engine: string, other: string) =>
    new UnderstoryError({
      code: 'DEVICE_UNAVAILABLE',
      message: `${engine} cannot be used in this process.`,
      found: `${other} is loaded, and both register as "tensorflow"`,
      expected: 'one of the two native engines in a process',
      next: `Use ${other}, or another process.`,
    }),
  runFailed: (reason: string, cause: unknown) =>
    new UnderstoryError({
      code: 'RUN_FAILED',
      message: 'TensorFlow.js failed while running the model.',
      found: reason,
      expected: 'inputs that are valid for every operator of the model, and operators that the engine supports',
      next: 'Check the image size; another device, such as "cpu", may have what is missing.',
      remedy: { kind: 'settings', settings: [{ name: 'device', value: 'cpu' }] },
      cause,
    }),
  shapesRefused: ({ what, model, found }: { what: string; model?: string; found: string }) =>
    new UnderstoryError({
      code: 'RUN_FAILED',
      message: `${what}${model === undefined ? '' : ` of "${model}"`} does not support the shapes of its inputs.`,
      found,
      expected: 'shapes that fit the operator, and a result of at least one element and of bounded size',
      next: 'Check the size of the input: the network may need a larger one, or the file is broken.',
    }),
  layerWithoutWeights: (layer: string) =>
    new UnderstoryError({
      code: 'LAYER_WITHOUT_WEIGHTS',
      message: `The layer "${layer}" has no weights that could be re-initialised.`,
      found: 'an operator that reads no float constant of rank 2 or more',
      expected: 'a layer such as a convolution or a matrix product with weights',
      next: 'Name layers that the model lists among its `weightedLayers`.',
    }),
};
