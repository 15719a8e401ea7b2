import type { AttributeInputs, Node } from '../node.ts';
import type { ElementType, Value } from '../types.ts';

export interface UpgradeContext {
  /** The opset that the model declares. */
  readonly from: number;
  /** What is known of a tensor's type and shape. */
  value(name: string): Value;
  /** The type of a tensor, or the floating-point type that the model mostly computes in. */
  typeOf(name: string): ElementType;
  /** The elements of a constant; undefined where the tensor is computed. */
  numbers(name: string): readonly number[] | undefined;
  /** Whether anything reads a tensor. */
  isUsed(name: string): boolean;
  /** Writes a Constant node before the operator and returns its tensor's name; the default is a vector, empty `dims` make a scalar. */
  constant(type: ElementType, values: readonly number[], dims?: readonly number[]): string;
  /** Writes a node before the operator, in the same module, and returns its tensor's name. */
  before(operator: string, inputs: readonly string[], attributes?: AttributeInputs): string;
}

/** Rewrites an operator of an older opset in the form that opset 18 reads. */
export interface UpgradeRule {
  readonly operator: string;
  /** The first opset that has the new form: models of older ones are rewritten. */
  readonly changedIn: number;
  /** The node that computes the same outputs, under the same names; throws ONNX_UPGRADE where there is none. */
  upgrade(node: Node, context: UpgradeContext): Node;
}
