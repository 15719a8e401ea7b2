import type { GraphBuilder } from './builder.ts';
import type { Node } from './node.ts';
import type { Value } from './types.ts';

/** What a rule sees: one node, its tensors, and the gradients of the objective with respect to its outputs. */
export interface GradientContext {
  readonly node: Node;
  /** Undefined where an optional input is omitted. */
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly (Value | undefined)[];
  /** One an output, undefined where the objective does not depend on it; at least one is there. */
  readonly gradients: readonly (Value | undefined)[];
  /** Writes the nodes of the backward pass. */
  readonly graph: GraphBuilder;
}

/** The gradient of each input, as thunks, so that what nobody asks for is never computed. */
export type InputGradients = Readonly<Record<number, () => Value>>;

/** How one operator is differentiated. */
export interface GradientRule {
  readonly operator: string;
  /** The empty string, the default, is ai.onnx. */
  readonly domain?: string;
  /** The opsets of models, ends included, whose form of the operator the rule reads; older forms are raised to opset 18 before it sees them. */
  readonly opsets: readonly [from: number, to: number];
  /** What of the operator is covered, for the page of operators: attributes, and limits where there are any. */
  readonly covers: string;
  /** The inputs that have a gradient; every floating-point input where absent. */
  readonly inputs?: readonly number[];
  /**
   * The rule stands in for a derivative that is 0 wherever there is one: rounding counts as the identity. The whole numbers that
   * the operator reads or writes then carry a floating-point gradient, that of the objective with respect to a step of one.
   */
  readonly straightThrough?: true;
  gradient(context: GradientContext): InputGradients;
}

/** An operator whose outputs do not depend on its inputs in a differentiable way; the path ends here, and that is no error. */
export interface NoGradient {
  readonly operator: string;
  readonly domain?: string;
  readonly opsets: readonly [from: number, to: number];
  readonly noGradient: true;
  /** Why there is none, for the page of operators. */
  readonly covers: string;
}

export type OperatorRule = GradientRule | NoGradient;
