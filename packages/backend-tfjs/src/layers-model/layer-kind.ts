import type * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@understory/core';
import type { OnnxView } from '../onnx-view/onnx-view.ts';

/** What of a layer of TensorFlow.js is used here. */
export interface KerasLayer {
  readonly name: string;
  readonly weights: readonly KerasWeight[];
  activation?: KerasActivation | null;
  getClassName(): string;
  getConfig(): Readonly<Record<string, unknown>>;
  call(inputs: tf.Tensor[], options: Readonly<Record<string, unknown>>): tf.Tensor | tf.Tensor[];
}

export interface KerasActivation {
  getClassName(): string;
  apply(x: tf.Tensor): tf.Tensor;
}

export interface KerasWeight {
  readonly originalName: string;
  readonly shape: readonly (number | null)[];
  readonly dtype: tf.DataType;
  read(): tf.Tensor;
}

/** One application of a layer. */
export interface LayerUse {
  readonly view: OnnxView;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** The name of the weight that ends so, and its value; undefined where the layer has none. */
  readonly weight: (ending: string) => { readonly name: string; readonly value: () => Tensor | undefined } | undefined;
}

/** The computation of a layer that stands in for that of TensorFlow.js; undefined where that one may stay. */
export type Replacement = (layer: KerasLayer) => ((inputs: readonly tf.Tensor[]) => tf.Tensor) | undefined;

/** What is known of a class of layers. */
export interface LayerKind {
  readonly passage: 'passes' | 'stops' | 'refused';
  /** Writes the layer in ONNX vocabulary; as an operator of its own name where absent. */
  readonly write?: (use: LayerUse) => void;
  /** Computes the layer where TensorFlow.js would do so in operations that cannot be differentiated. */
  readonly replaces?: Replacement;
  /** Why TensorFlow.js would not compute this one as it was meant. */
  readonly unsupported?: (config: Readonly<Record<string, unknown>>) => string | undefined;
}
