export { errors } from './errors.ts';
export { largestResult } from './kernels/shape-guards.ts';
export { largestWeights } from './model-schema.ts';
export { neededSteps } from './needed-steps.ts';
export type { Digest } from './model-files.ts';
export type { Network, NetworkLayer, NetworkWeights, Step } from './network.ts';
export type { OnnxFile, OnnxNetwork, OnnxReader } from './onnx-reader.ts';
export { convInputGradient } from './support/window-gradient.ts';
export { withForwardKernels } from './with-kernels.ts';
