import { UnderstoryError } from '@understory/core';

/** Every error of this package, by what went wrong. */
export const errors = {
  guidedUnsupported({ backend }: { backend: string }) {
    return new UnderstoryError({
      code: 'GUIDED_UNSUPPORTED',
      message: 'The backend does not support guided backpropagation.',
      found: `the backend "${backend}" offers derivatives only`,
      expected: 'a backend that offers the gradient rules "guided"',
      next: 'Use saliency, or open the model with the backend "onnx".',
    });
  },

  relevanceUnsupported({ backend, rules }: { backend: string; rules: string }) {
    return new UnderstoryError({
      code: 'RELEVANCE_UNSUPPORTED',
      message: 'The backend does not support layer-wise relevance propagation.',
      found: `the backend "${backend}" does not offer the gradient rules "${rules}"`,
      expected: 'a backend that offers them',
      next: 'Use input-x-gradient, or open the model with the backend "onnx".',
    });
  },

  deepLiftUnsupported({ backend, rules }: { backend: string; rules: string }) {
    return new UnderstoryError({
      code: 'DEEPLIFT_UNSUPPORTED',
      message: 'The backend does not support DeepLIFT.',
      found: `the backend "${backend}" does not offer the gradient rules "${rules}"`,
      expected: 'a backend that offers them',
      next: 'Use integrated-gradients, or open the model with the backend "onnx".',
    });
  },

  objectiveNotLinear({ kind, output }: { kind: string; output: string }) {
    return new UnderstoryError({
      code: 'DEEPLIFT_OBJECTIVE',
      message: 'DeepLIFT explains scores, and sums of them.',
      found: `the objective "${kind}" of output "${output}", which is not linear in it`,
      expected: 'a score, cotangents, or a weighted sum of such',
      next: 'Explain a score of the output, or use integrated-gradients.',
    });
  },

  noRelu() {
    return new UnderstoryError({
      code: 'NO_RECTIFIER',
      message: 'Guided backpropagation does not apply to this network.',
      found: 'no ReLU in the graph: the result would be the plain gradient under another name',
      expected: 'a network with ReLU or ReLU6, leaky or not',
      next: 'Use saliency or smoothgrad.',
    });
  },

  scoreNotFinite({ found, where }: { found: number; where: string }) {
    return new UnderstoryError({
      code: 'SCORES_NOT_FINITE',
      message: 'The score of the image and that of its baseline have to be numbers.',
      found: `${found} for ${where}`,
      expected: 'a finite number',
      next: 'Choose another baseline or value; if it is the image, check the model for overflow.',
    });
  },
} as const;
