import type { Tensor } from '../tensor/tensor.ts';

export type AttributeValue = number | string | readonly number[] | readonly string[] | Tensor;

/** One operation of a network in ONNX vocabulary, whatever format the network came in. */
export interface GraphNode {
  readonly operator: string;
  readonly name: string;
  /** Tensor names; an omitted optional input is the empty string. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** A read-only look at a network's structure, for methods that need to find something in it (CAM finds the pooled linear head). */
export interface GraphView {
  /** In execution order. */
  readonly nodes: readonly GraphNode[];
  /** The version of the ONNX operator set that the model was written in, where it was; nodes may have been raised to a later one. */
  readonly opset?: number;
  /** The value of a weight or constant, or undefined where the tensor is computed from the inputs. */
  constant(name: string): Tensor | undefined;
}
