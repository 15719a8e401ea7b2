import type { GraphProto } from 'onnx-buf';
import type { GraphBuilder } from './builder.ts';
import { AutodiffError, errors } from './errors.ts';
import type {
  Decomposition,
  DifferentiableBody,
  GradientContext,
  GradientRule,
  OperatorRule,
} from './gradient-rule.ts';
import type { Node } from './node.ts';
import { pathThrough, type PathOptions } from './path.ts';
import { straightThroughTensors } from './straight-through.ts';
import type { Value } from './types.ts';

export interface WalkOptions extends PathOptions {
  readonly builder: GraphBuilder;
  /** The rule of a node's operator at the model's opset. */
  readonly ruleAtOpset: (node: Node) => OperatorRule | undefined;
  readonly openBody: (body: GraphProto, inputs: readonly Value[]) => DifferentiableBody;
  /** See `GradientContext`. */
  readonly reference: (value: Value) => Value;
  /** The error for a node without a rule. */
  readonly refused: (node: Node) => AutodiffError;
}

type Accumulate = (name: string, gradient: Value) => void;

/** The gradients of tensors while nodes are walked through from the last to the first. */
export class WalkBack {
  readonly gradients = new Map<string, Value>();
  private readonly options: WalkOptions;

  constructor(options: WalkOptions, seeds: Iterable<readonly [string, Value]>) {
    this.options = options;
    for (const [name, seed] of seeds) this.accumulate(name, seed);
  }

  readonly accumulate: Accumulate = (name, gradient) => {
    const { builder } = this.options;
    const existing = this.gradients.get(name);
    const sum = existing ? builder.add(existing, gradient) : gradient;
    this.gradients.set(name, builder.withShape(sum, builder.value(name)));
  };

  /** Adds what one node passes on to those of its inputs that are `wanted`. */
  through(node: Node, wanted: ReadonlySet<string>): void {
    const { ruleAtOpset, refused, builder, canCarry, openBody, reference } = this.options;
    const rule = ruleAtOpset(node);
    if (!rule || 'noGradient' in rule) throw refused(node);
    const gradients = node.outputs.map((name) => this.gradients.get(name));
    if (gradients.every((gradient) => !gradient)) return;
    const value = (name: string) => (name ? builder.value(name) : undefined);
    const wants = (name: string) => wanted.has(name) && canCarry(name);
    const context: GradientContext = {
      node,
      inputs: node.inputs.map(value),
      outputs: node.outputs.map(value),
      gradients,
      graph: builder,
      reference,
      wants,
      openBody,
    };
    try {
      if ('decompose' in rule) this.throughParts(rule, context);
      else this.byRule(rule, context);
    } catch (cause) {
      throw cause instanceof AutodiffError ? cause : errors.invalidNode(node.operator, node.name, cause);
    }
  }

  private byRule(rule: GradientRule, context: GradientContext): void {
    const { node, wants } = context;
    const thunks = rule.gradient(context);
    const pass = (name: string, what: string, thunk: (() => Value) | undefined) => {
      if (!thunk) {
        const found = `a gradient asked for ${what} ("${name}")`;
        throw errors.ruleLimit(node.operator, node.name, found, 'that input to be a constant');
      }
      this.accumulate(name, thunk());
    };
    node.inputs.forEach((name, index) => {
      if (name && wants(name) && (rule.inputs?.includes(index) ?? true)) pass(name, `input ${index}`, thunks[index]);
    });
    for (const name of node.captures) {
      if (wants(name)) pass(name, 'what its body reads', thunks.captures?.get(name));
    }
  }

  private throughParts(rule: Decomposition, context: GradientContext): void {
    const { node, gradients, wants } = context;
    const { builder, ruleOf, canCarry } = this.options;
    const before = builder.nodes.length;
    const outputs = rule.decompose(context);
    const parts = builder.nodes.slice(before);
    const seeds = outputs.flatMap((output, at) =>
      output && gradients[at] ? [[output.name, gradients[at]] as const] : [],
    );
    const wanted = new Set(
      node.inputs.filter((name, at) => name && wants(name) && (rule.inputs?.includes(at) ?? true)),
    );
    const whole = straightThroughTensors(parts, (name) => builder.value(name), ruleOf);
    const isCarrier = (name: string) => whole.has(name) || canCarry(name);
    // The parts are of the opset that rules read, whatever that of the model is.
    const options = { ...this.options, canCarry: isCarrier, ruleAtOpset: ruleOf };
    const names = seeds.map(([name]) => name);
    const path = pathThrough(parts, names, [...wanted], options);
    const inner = new WalkBack(options, seeds);
    for (const at of [...path.nodes].reverse()) inner.through(parts[at]!, path.tensors);
    for (const name of wanted) {
      const gradient = inner.gradients.get(name);
      if (gradient) this.accumulate(name, gradient);
    }
  }
}
