import { GraphBuilder, sameShape } from './builder.ts';
import { compositions, type Composed, type GraphReader } from './compositions/index.ts';
import { AutodiffError, errors } from './errors.ts';
import { gradientRules } from './gradients/index.ts';
import type { GradientRule, OperatorRule } from './gradient-rule.ts';
import type { Graph, Sizes } from './graph.ts';
import { inlineBranches, inlineFunctions } from './inline/index.ts';
import { checkComputed } from './limits/check-computed.ts';
import type { Node } from './node.ts';
import { buildObjective, type ObjectiveForm, type ObjectiveInput } from './objective.ts';
import { Inference } from './shapes/inference.ts';
import { explicitWindows } from './support/explicit-windows.ts';
import { ownStatistics } from './support/own-statistics.ts';
import { straightThroughTensors } from './straight-through.ts';
import { closestNames } from './suggest.ts';
import { trainingMode, type TrainingMode } from './training-mode.ts';
import { isFloat, type Value } from './types.ts';
import { raiseOpset } from './upgrade/index.ts';

export interface DifferentiateOptions {
  /** What is differentiated; its numbers (class index, target, weights, cotangent) become inputs of the result. */
  readonly objective: ObjectiveForm;
  /** Inputs, weights or intermediate tensors by name. */
  readonly withRespectTo: readonly string[];
  /** Tensors to keep as outputs beside the gradients. */
  readonly fetch?: readonly string[];
}

export interface DifferentiableGraphOptions {
  /** Rules for operators that this package lacks, or that replace its own. */
  readonly rules?: readonly OperatorRule[];
  /** Writes masks so that ONNX Runtime's CPU kernels on x86 keep their blocked layout; correct everywhere, quicker only there. */
  readonly blockedLayout?: boolean;
}

export interface DifferentiatedModel {
  /** The model's own inputs, then `objectiveInputs`; outputs `value`, the gradients and what was fetched. */
  readonly graph: Graph;
  readonly objectiveInputs: readonly ObjectiveInput[];
  /** The output that holds the objective, `[N]`. */
  readonly value: string;
  /** The output that holds the gradient of each tensor asked for. */
  readonly gradients: Readonly<Record<string, string>>;
  /** Of all of its tensors, for `encode`. */
  readonly sizes: Sizes;
}

/** A graph made ready: raised to an opset that the rules read, its tensors' types and shapes inferred once for many questions. */
export class DifferentiableGraph {
  readonly graph: Graph;
  readonly inference: Inference;
  /** What the file does that only a network in training does. */
  readonly training: TrainingMode;
  private readonly rules: ReadonlyMap<string, OperatorRule>;
  private readonly modelOpset: number;
  private readonly blockedLayout: boolean;
  private readonly reader: GraphReader;
  /** Tensors of whole numbers that carry a gradient. */
  private readonly straightThrough: ReadonlySet<string>;

  constructor(graph: Graph, { rules = [], blockedLayout = false }: DifferentiableGraphOptions = {}) {
    this.blockedLayout = blockedLayout;
    this.modelOpset = graph.opset;
    const raised = raiseOpset(inlineBranches(inlineFunctions(graph)));
    const inference = new Inference(raised);
    this.training = trainingMode(raised, inference);
    const apart = ownStatistics(raised, inference);
    const ofApart = apart === raised ? inference : new Inference(apart);
    this.graph = explicitWindows(apart, ofApart);
    this.inference = this.graph === apart ? ofApart : new Inference(this.graph);
    checkComputed(this.graph, this.inference);
    this.rules =
      rules.length === 0
        ? gradientRules
        : new Map([...gradientRules, ...rules.map((rule) => [keyOf(rule), rule] as const)]);
    this.reader = {
      producer: (name) => {
        const at = this.graph.producerOf(name);
        return at === undefined ? undefined : this.graph.nodes[at];
      },
      value: (name) => this.inference.value(name),
      number: (name) => {
        const { shape } = this.inference.value(name);
        return shape?.every((dim) => dim === 1) ? this.graph.constant(name)?.values[0] : undefined;
      },
    };
    this.straightThrough = straightThroughTensors(this.graph, this.inference, (node) => this.ruleOf(node));
  }

  /** The rule of a node's operator at the model's opset; undefined where there is none. */
  ruleOf(node: Node): OperatorRule | undefined {
    const rule = this.rules.get(`${node.domain}:${node.operator}`);
    if (!rule) return undefined;
    const [from, to] = rule.opsets;
    return this.modelOpset >= from && this.modelOpset <= to ? rule : undefined;
  }

  /**
   * The nodes that carry a gradient from `outputs` back to `withRespectTo`, in execution order, and the tensors between them.
   * Nodes without a rule are among them; `differentiate` is what refuses them.
   */
  path(
    outputs: readonly string[],
    withRespectTo: readonly string[],
  ): { nodes: readonly number[]; tensors: ReadonlySet<string> } {
    const { nodes } = this.graph;
    const forward = new Set(withRespectTo);
    const candidates: number[] = [];
    nodes.forEach((node, at) => {
      if (!this.activeInputs(node, forward)) return;
      candidates.push(at);
      for (const name of node.outputs) {
        if (name && this.canCarry(name)) forward.add(name);
      }
    });
    const backward = new Set(outputs.filter((name) => forward.has(name)));
    const onPath: number[] = [];
    for (const at of candidates.reverse()) {
      const node = nodes[at]!;
      if (!node.outputs.some((name) => backward.has(name))) continue;
      onPath.push(at);
      for (const name of [...node.inputs, ...node.captures]) if (forward.has(name)) backward.add(name);
    }
    return { nodes: onPath.reverse(), tensors: backward };
  }

  /**
   * The tensors that `output` depends on in a differentiable way, each with the node that stops its gradient where one does:
   * a node without a rule on any way between the two.
   */
  reach(output: string): ReadonlyMap<string, Node | undefined> {
    const reached = new Map<string, Node | undefined>([[output, undefined]]);
    for (let at = this.graph.nodes.length - 1; at >= 0; at -= 1) {
      const node = this.graph.nodes[at]!;
      const outputs = node.outputs.filter((name) => reached.has(name));
      if (outputs.length === 0) continue;
      const rule = this.rules.get(`${node.domain}:${node.operator}`);
      if (rule && 'noGradient' in rule) continue;
      const blocked = outputs.map((name) => reached.get(name)).find(Boolean) ?? (this.ruleOf(node) ? undefined : node);
      const pass = (name: string) => {
        if (name && this.canCarry(name)) reached.set(name, reached.get(name) ?? blocked);
      };
      node.inputs.forEach((name, index) => (!rule?.inputs || rule.inputs.includes(index)) && pass(name));
      node.captures.forEach(pass);
    }
    return reached;
  }

  /** Why `output` cannot be differentiated with respect to `tensor`: undefined where it can. */
  obstacle(output: string, tensor: string, reached = this.reach(output)): AutodiffError | undefined {
    if (!reached.has(tensor)) return errors.noPath(tensor, `"${output}"`);
    const blocked = reached.get(tensor);
    return (
      blocked &&
      errors.noGradientRule(blocked.operator, blocked.name, this.modelOpset, `from "${tensor}" to "${output}"`)
    );
  }

  /** Appends the backward pass; throws GRADIENT_* where an operator, a tensor or the objective stands in the way. */
  differentiate(options: DifferentiateOptions): DifferentiatedModel {
    const { graph } = this;
    const wanted = [...new Set(options.withRespectTo)];
    const fetch = [...new Set(options.fetch ?? [])];
    for (const name of [...wanted, ...fetch]) {
      if (!graph.isDefined(name)) throw this.unknownTensor(name);
    }
    // Each request gets an inference of its own: what is appended must not leak into the next one.
    const inference = new Inference(graph);
    const builder = new GraphBuilder(graph, inference, this.blockedLayout);
    const objective = buildObjective(options.objective, builder, graph);
    const sources = [...objective.seeds.keys()];
    const path = this.path(sources, wanted);
    const gradients = new Map<string, Value>();
    const accumulate = (name: string, gradient: Value) => {
      const existing = gradients.get(name);
      const sum = existing ? builder.add(existing, gradient) : gradient;
      gradients.set(name, builder.withShape(sum, inference.value(name)));
    };
    for (const [output, seed] of objective.seeds) if (path.tensors.has(output)) accumulate(output, seed);
    for (let step = path.nodes.length - 1; step >= 0; step -= 1) {
      const node = graph.nodes[path.nodes[step]!]!;
      const rule = this.ruleOf(node);
      if (!rule || 'noGradient' in rule) {
        const along = `from ${wanted.map((name) => `"${name}"`).join(', ')} to ${sources.map((name) => `"${name}"`).join(', ')}`;
        throw errors.noGradientRule(node.operator, node.name, this.modelOpset, along);
      }
      builder.within(`gradient/${node.name}`);
      const composed = this.composedOf(node, wanted, path.tensors);
      if (composed) {
        const [y] = node.outputs as readonly [string];
        const dy = gradients.get(y);
        const x = builder.value(composed.input);
        if (dy) accumulate(composed.input, composed.gradient(builder, x, builder.value(y), dy));
        continue;
      }
      try {
        this.applyRule(rule, node, path.tensors, gradients, builder, accumulate);
      } catch (cause) {
        throw cause instanceof AutodiffError ? cause : errors.invalidNode(node.operator, node.name, cause);
      }
    }
    const outputs: Value[] = [builder.named(objective.value, 'objective.value')];
    const names: Record<string, string> = {};
    for (const name of wanted) {
      const gradient = gradients.get(name);
      if (!gradient) throw errors.noPath(name, sources.map((source) => `"${source}"`).join(', '));
      const output = builder.named(gradient, `${name}.grad`);
      names[name] = output.name;
      outputs.push(output);
    }
    const fetched = fetch.map((name) => inference.value(name));
    return {
      graph: graph.with({
        nodes: [...graph.nodes, ...builder.nodes],
        inputs: [...graph.inputs, ...objective.inputs.map(({ name }) => inference.value(name))],
        outputs: [...outputs, ...fetched].map(withoutPrivateNames),
        initializers: new Map([...graph.initializers, ...builder.initializers]),
      }),
      objectiveInputs: objective.inputs,
      value: outputs[0]!.name,
      gradients: names,
      sizes: inference,
    };
  }

  /** The error for a name that the graph does not have, with the nearest ones that it has. */
  unknownTensor(name: string): AutodiffError {
    return errors.unknownTensor(name, closestNames(name, this.tensorNames()));
  }

  /** A tensor as an output of a model file. */
  outputValue(name: string): Value {
    return withoutPrivateNames(this.inference.value(name));
  }

  /** What a node and those in front of it are together, where nobody asks for the tensors between and no rule was replaced. */
  private composedOf(node: Node, wanted: readonly string[], path: ReadonlySet<string>): Composed | undefined {
    for (const composition of compositions) {
      const composed = composition(node, this.reader);
      if (!composed || !path.has(composed.input)) continue;
      const parts = [node, ...composed.nodes];
      const usual = parts.every((part) => this.ruleOf(part) === gradientRules.get(`${part.domain}:${part.operator}`));
      const inside = [...parts.flatMap(({ inputs }) => inputs), ...composed.nodes.flatMap(({ outputs }) => outputs)];
      const [x, y] = [this.inference.value(composed.input), this.inference.value(node.outputs[0]!)];
      const asked = inside.some((name) => name !== composed.input && wanted.includes(name));
      if (usual && !asked && sameShape(x, y)) return composed;
    }
    return undefined;
  }

  private applyRule(
    rule: GradientRule,
    node: Node,
    wanted: ReadonlySet<string>,
    gradients: ReadonlyMap<string, Value>,
    builder: GraphBuilder,
    accumulate: (name: string, gradient: Value) => void,
  ): void {
    const value = (name: string) => (name ? builder.value(name) : undefined);
    const incoming = node.outputs.map((name) => gradients.get(name));
    if (incoming.every((gradient) => !gradient)) return;
    const thunks = rule.gradient({
      node,
      inputs: node.inputs.map(value),
      outputs: node.outputs.map(value),
      gradients: incoming,
      graph: builder,
    });
    node.inputs.forEach((name, index) => {
      if (!name || !wanted.has(name) || (rule.inputs && !rule.inputs.includes(index))) return;
      if (!this.canCarry(name)) return;
      const thunk = thunks[index];
      if (!thunk) {
        throw errors.ruleLimit(
          node.operator,
          node.name,
          `a gradient asked for input ${index} ("${name}")`,
          'that input to be a constant',
        );
      }
      accumulate(name, thunk());
    });
  }

  /** Whether a gradient can pass from a node's outputs to one of these tensors. */
  private activeInputs(node: Node, active: ReadonlySet<string>): boolean {
    const rule = this.rules.get(`${node.domain}:${node.operator}`);
    if (rule && 'noGradient' in rule) return false;
    const listed = rule?.inputs;
    return (
      node.inputs.some((name, index) => active.has(name) && (!listed || listed.includes(index))) ||
      node.captures.some((name) => active.has(name))
    );
  }

  /** Whether a tensor can have a gradient at all; one whose type is unknown gets the benefit of the doubt. */
  private canCarry(name: string): boolean {
    const { type } = this.inference.value(name);
    return type === undefined || isFloat(type) || this.straightThrough.has(name);
  }

  private tensorNames(): readonly string[] {
    return [
      ...this.graph.inputs.map((input) => input.name),
      ...this.graph.nodes.flatMap((node) => node.outputs.filter(Boolean)),
    ];
  }
}

/** A model that computes the objective and its gradients beside; see `DifferentiableGraph` where several are made of one model. */
export function differentiate(
  graph: Graph,
  options: DifferentiateOptions & DifferentiableGraphOptions,
): DifferentiatedModel {
  return new DifferentiableGraph(graph, options).differentiate(options);
}

function keyOf(rule: OperatorRule): string {
  return `${rule.domain ?? ''}:${rule.operator}`;
}

/** Sizes that were named here mean nothing outside; a file must not claim that two of them are one. */
function withoutPrivateNames(value: Value): Value {
  if (!value.shape?.some((dim) => typeof dim === 'string' && !/^[A-Za-z_]\w*$/.test(dim))) return value;
  return {
    ...value,
    shape: value.shape.map((dim, axis) =>
      typeof dim === 'string' && !/^[A-Za-z_]\w*$/.test(dim) ? `${value.name}.${axis}` : dim,
    ),
  };
}
