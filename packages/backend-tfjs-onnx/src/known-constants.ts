import type * as tf from '@tensorflow/tfjs-core';
import type { Constant } from '@understory/onnx-autodiff';

/** What the preparation of a node asks of the tensors that do not depend on what is fed. */
export interface KnownConstants {
  has(name: string): boolean;
  /** The elements of a constant. */
  numbers(name: string): readonly number[];
  /** What is made of one constant, kept under the name of its form. */
  of(name: string, form: string, make: (constant: Constant) => tf.Tensor): tf.Tensor;
  /** What is made of several, kept under a key. */
  made(key: string, make: () => tf.Tensor): tf.Tensor;
}
