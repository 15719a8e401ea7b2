import type { Node } from '../node.ts';
import type { ElementType } from '../types.ts';

export interface UpgradeContext {
  /** The opset that the model declares. */
  readonly from: number;
  /** The floating-point type that the model computes in. */
  readonly floatType: ElementType;
  /** A tensor name that nothing has yet. */
  freshName(wanted: string): string;
  /** Writes a Constant node before the operator and returns its tensor's name; the default is a vector, empty `dims` make a scalar. */
  constant(type: ElementType, values: readonly number[], dims?: readonly number[]): string;
  /** Writes a node before the operator. */
  before(node: Node): void;
}

/** Rewrites an operator of an older opset in the form that opset 18 reads. */
export interface UpgradeRule {
  readonly operator: string;
  /** The first opset that has the new form: models of older ones are rewritten. */
  readonly changedIn: number;
  /** One or more nodes that compute the same outputs, under the same names. */
  upgrade(node: Node, context: UpgradeContext): Node | readonly Node[];
}
