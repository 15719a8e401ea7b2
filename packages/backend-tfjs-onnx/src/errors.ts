import { UnderstoryError } from '@understory/core';

/** Errors of ONNX models that TensorFlow.js is to compute. */
export const errors = {
  operator: (title: string, model: string) =>
    new UnderstoryError({
      code: 'OPERATOR_UNSUPPORTED',
      message: `"${model}" uses ${title}, which cannot be computed by TensorFlow.js here.`,
      found: title,
      expected: 'an operator that this importer supports',
      next: 'Use the backend "onnx", which runs every operator of ONNX Runtime.',
      remedy: { kind: 'backend', ids: ['onnx'] },
    }),
  form: (title: string, model: string, detail: string) =>
    new UnderstoryError({
      code: 'OPERATOR_UNSUPPORTED',
      message: `"${model}" uses ${title} in a way that cannot be computed by TensorFlow.js here.`,
      found: detail,
      expected: 'a form of the operator that this importer supports',
      next: 'Use the backend "onnx", which runs every form that ONNX Runtime has.',
      remedy: { kind: 'backend', ids: ['onnx'] },
    }),
  weightType: (weight: string, model: string, type: string) =>
    new UnderstoryError({
      code: 'OPERATOR_UNSUPPORTED',
      message: `"${model}" has a weight of a type that TensorFlow.js does not support.`,
      found: `"${weight}" of type ${type}`,
      expected: 'weights of float32, float16, bfloat16 or float64, whole numbers or bool, in files that can be read',
      next: 'Use the backend "onnx", or export the model with float32 weights.',
      remedy: { kind: 'backend', ids: ['onnx'] },
    }),
};
