import { UnderstoryError } from '@understory/core';

export const errors = {
  runtimeNotLoaded: ({
    reason,
    cause,
    ...wanted
  }: {
    readonly reason: string;
    readonly expected: string;
    readonly next: string;
    readonly cause: unknown;
  }) =>
    new UnderstoryError({
      code: 'ONNX_RUNTIME_NOT_LOADED',
      message: 'ONNX Runtime cannot be loaded.',
      found: reason,
      ...wanted,
      cause,
    }),
  threadsInvalid: ({ variable, found }: { readonly variable: string; readonly found: string }) =>
    new UnderstoryError({
      code: 'ONNX_THREADS_INVALID',
      message: `The environment variable ${variable} is no number of threads.`,
      found,
      expected: 'a whole number from 1 to 9999',
      next: `Set ${variable} to the number of cores that a model may use, or leave it unset for all of them.`,
    }),
  noSecureContext: () =>
    new UnderstoryError({
      code: 'NO_SECURE_CONTEXT',
      message: 'The digest of the model cannot be computed in this page.',
      found: 'a page without crypto.subtle',
      expected: 'a page from https or from localhost',
      next: 'Serve the page over https, or open it on the machine that serves it.',
    }),
  noDevice: (tried: readonly string[], reasons: readonly string[]) =>
    new UnderstoryError({
      code: 'DEVICE_UNAVAILABLE',
      message: `The model cannot be opened on ${tried.join(' or ')}.`,
      found: reasons.join('; '),
      expected: 'a device that ONNX Runtime can use here',
      next: 'Use the device "cpu", or several in order of preference such as "cuda", "cpu".',
      remedy: { kind: 'settings', settings: [{ name: 'device', value: 'cpu' }] },
    }),
  unknownDevice: (device: string, known: readonly string[]) =>
    new UnderstoryError({
      code: 'DEVICE_UNKNOWN',
      message: `ONNX Runtime has no device "${device}".`,
      found: device,
      expected: `one or more of ${known.join(', ')}`,
      next: 'Use the device "cpu", or several in order of preference such as "cuda", "cpu".',
      remedy: { kind: 'settings', settings: [{ name: 'device', value: 'cpu' }] },
    }),
  notRunnable: (reason: string, cause: unknown) =>
    new UnderstoryError({
      code: 'MODEL_NOT_RUNNABLE',
      message: 'ONNX Runtime cannot load the model.',
      found: reason,
      expected: 'a model whose operators and types ONNX Runtime supports on this device',
      next: 'Check the model with onnx.checker, or export it again with opset 17.',
      cause,
    }),
  layerWithoutWeights: (layer: string) =>
    new UnderstoryError({
      code: 'LAYER_WITHOUT_WEIGHTS',
      message: `The layer "${layer}" has no weights that could be re-initialised.`,
      found: 'an operator that reads no float constant of rank 2 or more',
      expected: 'a layer such as a convolution or a matrix product with weights',
      next: 'Name layers that the model lists among its `weightedLayers`.',
    }),
  runFailed: (reason: string, cause: unknown) =>
    new UnderstoryError({
      code: 'RUN_FAILED',
      message: 'ONNX Runtime failed while running the model.',
      found: reason,
      expected: 'inputs that are valid for every operator of the model',
      next: 'Check that the image size and batch size are what the model was exported for.',
      remedy: { kind: 'list', of: 'inputs' },
      cause,
    }),
};
