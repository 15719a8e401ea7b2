import type { OnnxView } from '../onnx-view/onnx-view.ts';

/** One node of a graph model, its attributes read by the names that TensorFlow.js has for them. */
export interface GraphUse {
  readonly view: OnnxView;
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attribute: (name: string) => unknown;
  /** The numbers of a constant input; undefined where it is computed. */
  readonly numbers: (input: number) => readonly number[] | undefined;
}

/** What is known of an operator of TensorFlow. */
export interface GraphKind {
  readonly passage: 'passes' | 'stops';
  /** The inputs through which gradients pass; all where absent. */
  readonly through?: (count: number) => readonly number[];
  /** Writes the node in ONNX vocabulary; as an operator of its own name where absent. */
  readonly write?: (use: GraphUse) => void;
}
