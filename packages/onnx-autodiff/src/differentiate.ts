import type { GraphProto } from 'onnx-buf';
import { bodyGraph } from './bodies/body-graph.ts';
import { GraphBuilder, sameShape } from './builder.ts';
import { compositions, type Composed, type GraphReader } from './compositions/index.ts';
import type { AutodiffError } from './errors.ts';
import { errors } from './errors.ts';
import { gradientRules } from './gradients/index.ts';
import type { DifferentiableBody, OperatorRule } from './gradient-rule.ts';
import type { Graph, Sizes } from './graph.ts';
import { inlineBranches, inlineFunctions } from './inline/index.ts';
import { checkComputed } from './limits/check-computed.ts';
import { readFromOutside, type Node } from './node.ts';
import { pathThrough, type Path, type PathOptions } from './path.ts';
import { ReferencePass } from './reference-pass.ts';
import { buildObjective, type ObjectiveForm, type ObjectiveInput } from './objective.ts';
import { Inference } from './shapes/inference.ts';
import { explicitWindows } from './support/explicit-windows.ts';
import { floatingActivations } from './support/floating-activations.ts';
import { ownStatistics } from './support/own-statistics.ts';
import { plainSequences } from './support/plain-sequences.ts';
import { withoutRuntimeNames } from './support/runtime-names.ts';
import { stepsFirst } from './support/steps-first.ts';
import { straightThroughTensors } from './straight-through.ts';
import { closestNames } from './suggest.ts';
import { trainingMode, type TrainingMode } from './training-mode.ts';
import { isFloat, type Value } from './types.ts';
import { raiseOpset } from './upgrade/index.ts';
import { WalkBack } from './walk-back.ts';

export interface DifferentiateOptions {
  /** What is differentiated; its numbers (class index, target, weights, cotangent) become inputs of the result. */
  readonly objective: ObjectiveForm;
  /** Inputs, weights or intermediate tensors by name. */
  readonly withRespectTo: readonly string[];
  /** Tensors to keep as outputs beside the gradients. */
  readonly fetch?: readonly string[];
  /** Inputs for which the rules are shown a second forward pass, which is fed as inputs of its own. */
  readonly reference?: readonly string[];
}

export interface DifferentiableGraphOptions {
  /** Rules for operators that this package lacks, or that replace its own. */
  readonly rules?: readonly OperatorRule[];
  /** Writes masks so that ONNX Runtime's CPU kernels on x86 keep their blocked layout; correct everywhere, quicker only there. */
  readonly blockedLayout?: boolean;
}

export interface DifferentiatedModel {
  /** The model's own inputs, then `objectiveInputs` and `references`; outputs `value`, the gradients and what was fetched. */
  readonly graph: Graph;
  readonly objectiveInputs: readonly ObjectiveInput[];
  /** The input that takes the reference of each input it was asked for. */
  readonly references: Readonly<Record<string, string>>;
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
  private readonly added: readonly OperatorRule[];
  private readonly pathOptions: PathOptions;
  private readonly modelOpset: number;
  private readonly blockedLayout: boolean;
  private readonly reader: GraphReader;
  /** Tensors of whole numbers that carry a gradient. */
  private readonly straightThrough: ReadonlySet<string>;

  constructor(graph: Graph, { rules = [], blockedLayout = false }: DifferentiableGraphOptions = {}) {
    this.blockedLayout = blockedLayout;
    this.modelOpset = graph.opset;
    const plain = plainSequences(raiseOpset(inlineBranches(inlineFunctions(graph))));
    const raised = floatingActivations(withoutRuntimeNames(plain));
    const inference = new Inference(raised);
    this.training = trainingMode(raised, inference);
    const apart = ownStatistics(stepsFirst(raised, inference), inference);
    const ofApart = apart === raised ? inference : new Inference(apart);
    this.graph = explicitWindows(apart, ofApart);
    this.inference = this.graph === apart ? ofApart : new Inference(this.graph);
    checkComputed(this.graph, this.inference);
    this.added = rules;
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
    const valueOf = (name: string) => this.inference.value(name);
    this.straightThrough = straightThroughTensors(this.graph.nodes, valueOf, (node) => this.ruleOf(node));
    this.pathOptions = {
      ruleOf: (node) => this.rules.get(`${node.domain}:${node.operator}`),
      canCarry: (name) => this.canCarry(name),
    };
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
  path(outputs: readonly string[], withRespectTo: readonly string[]): Path {
    return pathThrough(this.graph.nodes, outputs, withRespectTo, this.pathOptions);
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
    const reference = new ReferencePass(builder, graph, options.reference ?? []);
    const gradients = this.walkBack(builder, objective.seeds, wanted, reference);
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
        inputs: [
          ...graph.inputs,
          ...objective.inputs.map(({ name }) => inference.value(name)),
          ...reference.inputs.values(),
        ],
        outputs: [...outputs, ...fetched].map(withoutPrivateNames),
        initializers: new Map([...graph.initializers, ...builder.initializers]),
      }),
      objectiveInputs: objective.inputs,
      references: Object.fromEntries(Array.from(reference.inputs, ([name, { name: own }]) => [name, own])),
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

  /** The gradients of `wanted`, and of what lies between, where nodes that `builder` appends may use all of the graph. */
  private walkBack(
    builder: GraphBuilder,
    seeds: ReadonlyMap<string, Value>,
    wanted: readonly string[],
    pass?: ReferencePass,
  ): ReadonlyMap<string, Value> {
    const { nodes } = this.graph;
    const sources = [...seeds.keys()];
    const path = this.path(sources, wanted);
    const quoted = (names: readonly string[]) => names.map((name) => `"${name}"`).join(', ');
    const options = {
      ...this.pathOptions,
      builder,
      ruleAtOpset: (node: Node) => this.ruleOf(node),
      canCarry: (name: string) => this.straightThrough.has(name) || isFloat(builder.value(name).type ?? 'float32'),
      openBody: (body: GraphProto, inputs: readonly Value[]) => this.openBody(body, inputs, builder),
      reference: (value: Value) => pass?.of(value) ?? value,
      refused: ({ operator, name }: Node) => {
        const along = `from ${quoted(wanted)} to ${quoted(sources)}`;
        return errors.noGradientRule(operator, name, this.modelOpset, along);
      },
    };
    const walk = new WalkBack(
      options,
      [...seeds].filter(([output]) => path.tensors.has(output)),
    );
    for (let step = path.nodes.length - 1; step >= 0; step -= 1) {
      const node = nodes[path.nodes[step]!]!;
      const rule = this.ruleOf(node);
      if (!rule || 'noGradient' in rule) throw options.refused(node);
      builder.within(`gradient/${node.name}`);
      const composed = this.composedOf(node, wanted, path.tensors);
      if (!composed) {
        walk.through(node, path.tensors);
        continue;
      }
      const [y] = node.outputs as readonly [string];
      const dy = walk.gradients.get(y);
      const x = builder.value(composed.input);
      if (dy) walk.accumulate(composed.input, composed.gradient(builder, x, builder.value(y), dy));
    }
    return walk.gradients;
  }

  private openBody(body: GraphProto, inputs: readonly Value[], builder: GraphBuilder): DifferentiableBody {
    const names = body.output.map(({ name }) => name);
    const around = new Set(readFromOutside(body));
    const inner = new DifferentiableGraph(bodyGraph(body, inputs, builder), { rules: this.added });
    const { graph } = inner;
    return {
      nodes: graph.nodes,
      initializers: new Map([...graph.initializers].filter(([name]) => !around.has(name))),
      value: (name) => inner.inference.value(name),
      reached: (from) => {
        const { tensors } = inner.path(names, from);
        return new Set(names.filter((name) => tensors.has(name)));
      },
      differentiated: (outputs, withRespectTo) => {
        const inside = new GraphBuilder(graph, new Inference(graph));
        const seeds = outputs.map((name) => {
          const { type, shape } = inside.value(name);
          return inside.input(`${name}.grad`, type ?? 'float32', shape);
        });
        const summed = new Map<string, Value>();
        outputs.forEach((name, at) => {
          const existing = summed.get(name);
          summed.set(name, existing ? inside.add(existing, seeds[at]!) : seeds[at]!);
        });
        return { graph: inside, seeds, gradients: inner.walkBack(inside, summed, withRespectTo) };
      },
    };
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
