import type * as tf from '@tensorflow/tfjs-core';
import type { Constant, ElementType, Node } from '@understory/onnx-autodiff';

/** How a tensor of rank 4 lies in memory: as ONNX says it, or with channels last as TensorFlow.js computes on images. */
export type Layout = 'first' | 'last';

/** What is known of a node before the sizes of its tensors are. */
export interface Placing {
  readonly node: Node;
  readonly count: number;
  /** Undefined where it is not known ahead. */
  rank(input: number): number | undefined;
  /** How an input lies; constants lie as the file has them. */
  layoutOf(input: number): Layout;
  readonly outputRank: number | undefined;
}

/** One node of a graph whose inputs' sizes are known as far as shapes can be inferred from them. */
export interface OperatorUse {
  readonly node: Node;
  /** How the outputs lie, by `writes`. */
  readonly layout: Layout;
  readonly count: number;
  has(input: number): boolean;
  /** Whether an input does not depend on what is fed. */
  isStatic(input: number): boolean;
  type(input: number): ElementType | undefined;
  /** In ONNX order; refuses the node where it is not known. */
  rank(input: number): number;
  /** Sizes in ONNX order; refuses the node where one is not known. */
  shape(input: number): readonly number[];
  outputType(output?: number): ElementType | undefined;
  /** The elements of an input that does not depend on what is fed; refuses the node where it does. */
  numbers(input: number): readonly number[];
  /** A tensor made once of such an input, and kept; refuses the node where it is computed. */
  weight(input: number, form: string, make: (constant: Constant) => tf.Tensor): tf.Tensor;
  /** A tensor made once that belongs to this node, and kept. */
  made(form: string, make: () => tf.Tensor): tf.Tensor;
  /** Throws OPERATOR_UNSUPPORTED. */
  refuse(detail: string): never;
}

/**
 * An input of the node as a tensor, in the layout of the outputs unless told otherwise. What has a lower rank than 4 and is asked
 * for with channels last gets axes in front, so that it broadcasts against images as it does in ONNX.
 */
type Read = (input: number, layout?: Layout) => tf.Tensor;

/** Computes the outputs; those that nothing reads may be left out at the end. */
export type Compute = (read: Read) => tf.Tensor | readonly tf.Tensor[];

/** An operator of ONNX in terms of TensorFlow.js. */
export interface Operator {
  /** Whether gradients pass; `stops` where the derivative is zero everywhere. */
  readonly passage?: 'stops';
  /** The inputs through which gradients pass; all where absent. */
  readonly through?: readonly number[];
  /** How its outputs of rank 4 lie; as ONNX says them where absent. */
  readonly writes?: (use: Placing) => Layout;
  readonly prepare: (use: OperatorUse) => Compute;
}
