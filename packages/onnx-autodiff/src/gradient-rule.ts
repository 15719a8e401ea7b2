import type { GraphProto } from 'onnx-buf';
import type { GraphBuilder } from './builder.ts';
import type { Initializer } from './graph.ts';
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
  /** The same tensor computed from the reference that `differentiate` was given; the tensor itself where it does not depend on one. */
  reference(value: Value): Value;
  /** Whether the gradient of an input, or of a tensor that a body of the node reads from outside, is asked for. */
  wants(name: string): boolean;
  /** Opens a body of the node, whose inputs are what is given, in order, under their names inside. */
  openBody(body: GraphProto, inputs: readonly Value[]): DifferentiableBody;
}

/** The body of a control-flow node, made ready to be differentiated. */
export interface DifferentiableBody {
  /** As rules read them. */
  readonly nodes: readonly Node[];
  /** Its own weights. */
  readonly initializers: ReadonlyMap<string, Initializer>;
  value(name: string): Value;
  /** The outputs that depend on some of what the body reads in a differentiable way. */
  reached(from: readonly string[]): ReadonlySet<string>;
  /** Writes its backward pass; `outputs` may have a name more than once. */
  differentiated(outputs: readonly string[], withRespectTo: readonly string[]): DifferentiatedBody;
}

export interface DifferentiatedBody {
  /** What it has written so far is the backward pass, behind the nodes of the body; more may be written. */
  readonly graph: GraphBuilder;
  /** The gradient of each output, to be fed as inputs of the body. */
  readonly seeds: readonly Value[];
  /** By the name of what is differentiated; without those that nothing depends on. */
  readonly gradients: ReadonlyMap<string, Value>;
}

/** Gradients as thunks, so that what nobody asks for is never computed. */
export interface InputGradients {
  /** Of each input. */
  readonly [input: number]: () => Value;
  /** Of tensors that bodies read from outside, by name. */
  readonly captures?: ReadonlyMap<string, () => Value>;
}

/** What rules and decompositions declare alike. */
interface Differentiable {
  readonly operator: string;
  /** The empty string, the default, is ai.onnx. */
  readonly domain?: string;
  /** The opsets of models, ends included, whose form of the operator the rule reads; older forms are raised to opset 18 before it sees them. */
  readonly opsets: readonly [from: number, to: number];
  /** What of the operator is covered, for the page of operators: attributes, and limits where there are any. */
  readonly covers: string;
  /** Forms that are refused by name, each with the reason, for the page of operators. */
  readonly refuses?: Readonly<Record<string, string>>;
  /** The inputs that have a gradient; every floating-point input where absent. */
  readonly inputs?: readonly number[];
  /**
   * The rule stands in for a derivative that is 0 wherever there is one: rounding counts as the identity. The whole numbers that
   * the operator reads or writes then carry a floating-point gradient, that of the objective with respect to a step of one.
   */
  readonly straightThrough?: true;
}

/** How one operator is differentiated. */
export interface GradientRule extends Differentiable {
  gradient(context: GradientContext): InputGradients;
}

/** An operator written in others, whose rules differentiate it. The node itself stays; what is written serves its gradient alone. */
export interface Decomposition extends Differentiable {
  /** What the node computes; an output may be left out where no gradient reaches it, and one of whole numbers may be floating-point. */
  decompose(context: GradientContext): readonly (Value | undefined)[];
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

export type OperatorRule = GradientRule | Decomposition | NoGradient;
