import type * as tf from '@tensorflow/tfjs-core';
import type { Dimension, ElementType, GraphView, LayerSpec, TensorSpec } from '@understory/core';

/** What happens to gradients on their way back through an operation. */
export type Passage =
  | 'passes'
  /** The derivative is zero or there is none to speak of: comparisons, rounding, shapes. */
  | 'stops'
  /** It has one that is not computed here; the reason says which operator. */
  | { readonly refused: string };

/** One operation of a network in the file's own words, for what leads where. */
export interface Step {
  /** How messages call it: `Conv2D "block1/conv"`. */
  readonly title: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly passage: Passage;
  /** The inputs through which gradients pass where not all do: not the indices of a Gather. */
  readonly through?: readonly string[];
}

export interface NetworkLayer extends LayerSpec {
  /** Whether the file lays it out `[N, h, w, C]` while `dims` say `[N, C, h, w]`. */
  readonly channelsLast: boolean;
}

/** A weight of a network that `randomised` can re-initialise. */
export interface NetworkWeights {
  readonly layer: string;
  readonly weights: readonly StoredWeight[];
}

export interface StoredWeight {
  /** Its name in the file. */
  readonly name: string;
  /** The order of its axes in which ONNX would have them: what is computed first, then what it is computed from, then height and width. */
  readonly axes?: readonly number[];
}

/** A network that can be computed from any of its tensors on, whatever format it came in. */
export interface Network {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly string[];
  /** Every addressable activation in execution order. */
  readonly layers: readonly NetworkLayer[];
  /** In execution order. */
  readonly steps: readonly Step[];
  readonly graph: GraphView;
  /** What the file says of itself. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Whether what it computes of a sample depends on the others of its batch; not where absent. */
  readonly mixesSamples?: boolean;
  readonly weighted: readonly NetworkWeights[];
  /**
   * The named tensors, in the file's layout, from those that are given; what is given is not computed. A tensor that is handed back
   * is the very one that later operations read, so that a tape knows it. Synchronous; the caller's scope owns the results.
   */
  compute(given: ReadonlyMap<string, tf.Tensor>, names: readonly string[]): ReadonlyMap<string, tf.Tensor>;
  /** Releases the weights. */
  dispose(): void;
}

/** The element type of a TensorFlow.js tensor, where a contract has one. */
export function elementTypeOf(dtype: string | null | undefined): ElementType | undefined {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool' ? dtype : undefined;
}

/** Dimensions as they are handed out: channels first where the file has them last. */
export function channelsFirst(dims: readonly Dimension[]): readonly Dimension[] {
  const [batch = '', height = '', width = '', channels = ''] = dims;
  return [batch, channels, height, width];
}
