import * as tf from '@tensorflow/tfjs-core';
import {
  neededSteps,
  withForwardKernels,
  type OnnxNetwork as Network,
  type NetworkLayer,
  type NetworkWeights,
  type Step,
} from '@understory/backend-tfjs/engine';
import {
  fileMetadata,
  isDiagnosed,
  type Dimension,
  type ElementType,
  type GraphView,
  type TensorSpec,
} from '@understory/core';
import {
  DifferentiableGraph,
  graphView,
  layersOf,
  type Graph,
  type Inference,
  type Node,
  trainingRemarks,
  withBatchFirst,
  type Value,
  weightedLayers,
} from '@understory/onnx-autodiff';
import { Constants } from './constants.ts';
import { errors } from './errors.ts';
import { channelsFirst, channelsLast, layoutsOf } from './layouts.ts';
import type { Layout } from './operator.ts';
import { operators } from './operators/index.ts';
import { Plan } from './plan.ts';
import { operatorOf, titleOf } from './prepare.ts';
import { dtypeOf } from './support/dtype.ts';

/** Plans of other sizes than these many last ones are made again. */
const keptPlans = 8;

/** Types that are computed in another. */
const narrow = new Set(['float16', 'bfloat16', 'float64']);

/** The size at which a network is tried where its inputs leave it open. */
const trialSize = 224;

/** An ONNX graph computed by operators of TensorFlow.js; images lie with channels last between convolutions. */
export class OnnxNetwork implements Network {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly string[];
  readonly layers: readonly NetworkLayer[];
  readonly steps: readonly Step[];
  readonly weighted: readonly NetworkWeights[];
  readonly graph: GraphView;
  readonly metadata: Readonly<Record<string, string>>;
  readonly mixesSamples: boolean;
  /** What a user should know of how it is computed. */
  readonly remarks: readonly string[];
  private readonly name: string;
  private readonly raised: Graph;
  private readonly inference: Inference;
  private readonly layouts: ReadonlyMap<string, Layout>;
  private readonly constants: Constants;
  private readonly plans = new Map<string, Plan>();

  /** `name` is how messages call the model. Throws ONNX_* and OPERATOR_UNSUPPORTED. */
  constructor(source: Graph, name: string) {
    const asItIs = new DifferentiableGraph(source);
    const turned = withBatchFirst(source, asItIs.inference);
    const { graph, inference, training } = turned === source ? asItIs : new DifferentiableGraph(turned);
    this.name = name;
    this.raised = graph;
    this.inference = inference;
    const types = [...graph.initializers.keys()].map((weight) => ({ weight, type: inference.value(weight).type }));
    for (const { weight, type } of types) {
      if (type === undefined || type === 'string') throw errors.weightType(weight, name, type ?? 'an unknown type');
    }
    const widened = new Set(types.flatMap(({ type }) => (type && narrow.has(type) ? [type] : [])));
    const declared = source.inputs[0]?.shape?.[0];
    this.mixesSamples = training.batchStatistics > 0;
    this.remarks = [
      ...(widened.size === 0 ? [] : [`weights of ${[...widened].join(' and ')} are computed in float32`]),
      ...trainingRemarks(training, typeof declared === 'number' ? declared : 1),
    ];
    this.constants = new Constants({ model: name, graph, inference });
    // What is known from shapes alone is never computed.
    const isKnown = (output: string) => output === '' || inference.numbers(output) !== undefined;
    for (const node of graph.nodes) {
      if (node.operator !== 'Constant' && !node.outputs.every(isKnown)) operatorOf(node, name);
    }
    this.layouts = layoutsOf(graph, inference, (output) => this.constants.has(output));
    this.steps = graph.nodes.map((node) => this.stepOf(node));
    this.inputs = source.inputs.map((input) => ({ ...specOf(input), name: input.name }));
    this.outputs = source.outputs.map((output) => output.name);
    this.layers = layersOf(graph, inference).map((layer) => ({
      ...layer,
      type: 'float32',
      channelsLast: this.layoutOf(layer.name) === 'last',
    }));
    this.weighted = weightedLayers(graph).map(({ layer, weights }) => ({
      layer,
      weights: weights.map((name) => ({ name })),
    }));
    this.graph = graphView(graph, source.opset);
    this.metadata = fileMetadata(source.header.metadataProps);
    try {
      this.tryOut();
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  compute(given: ReadonlyMap<string, tf.Tensor>, names: readonly string[]): ReadonlyMap<string, tf.Tensor> {
    return withForwardKernels(() => this.valuesOf(given, names));
  }

  private valuesOf(given: ReadonlyMap<string, tf.Tensor>, names: readonly string[]): ReadonlyMap<string, tf.Tensor> {
    const plan = this.planFor(given);
    const { steps, lastUse } = neededSteps(plan.steps, given, names);
    const values = new Map(given);
    const asked = new Set(names);
    // The same values in the other layout, made when they are first read so.
    const turned = new Map<string, tf.Tensor>();
    const valueOf = (name: string, layout: Layout): tf.Tensor => {
      const value = values.get(name);
      if (value === undefined) throw new Error(`"${name}" is not given and cannot be computed from what is`);
      const before = turned.get(name);
      if (this.layoutOf(name) === layout || value.rank > 4 || value.rank === 0) return value;
      const other = before ?? tf.keep(layout === 'last' ? channelsLast(value) : this.asFile(name, value));
      turned.set(name, other);
      return other;
    };
    try {
      steps.forEach((step, at) => {
        const results = tf.tidy(() => [...step.run(valueOf)]);
        step.outputs.forEach((output, place) => {
          const result = results[place];
          if (output !== '' && result && !values.has(output)) values.set(output, result);
          else result?.dispose();
        });
        for (const name of lastUse.get(at) ?? []) {
          turned.get(name)?.dispose();
          turned.delete(name);
          if (!given.has(name) && !asked.has(name)) values.get(name)?.dispose();
        }
      });
    } finally {
      for (const tensor of turned.values()) tensor.dispose();
    }
    return new Map(names.map((name) => [name, values.get(name) ?? tf.clone(plan.constants.tensor(name))] as const));
  }

  dispose(): void {
    for (const plan of this.plans.values()) plan.constants.dispose();
    this.plans.clear();
    this.constants.dispose();
  }

  private asFile(name: string, value: tf.Tensor): tf.Tensor {
    return this.layoutOf(name) === 'last' ? channelsFirst(value) : value;
  }

  private layoutOf(name: string): Layout {
    return this.layouts.get(name) ?? 'first';
  }

  private stepOf(node: Node): Step {
    const operator = operators[node.operator];
    const carries = node.outputs.some((name) => {
      const { type } = this.inference.value(name);
      return name !== '' && (type === undefined || dtypeOf(type) === 'float32');
    });
    return {
      title: titleOf(node),
      inputs: [...node.inputs, ...node.captures].filter(Boolean),
      outputs: node.outputs,
      passage: carries && operator?.passage !== 'stops' ? 'passes' : 'stops',
      ...(operator?.through && { through: operator.through.flatMap((at) => node.inputs[at] ?? []) }),
    };
  }

  private planFor(given: ReadonlyMap<string, tf.Tensor>): Plan {
    const sizes = new Map<string, number>();
    for (const [name, { shape }] of given) {
      const own =
        this.layoutOf(name) === 'last' && shape.length === 4 ? [shape[0]!, shape[3]!, shape[1]!, shape[2]!] : shape;
      this.inference.value(name).shape?.forEach((dim, axis) => {
        if (typeof dim === 'string' && own[axis] !== undefined) sizes.set(dim, own[axis]);
      });
    }
    return this.planAt(sizes);
  }

  private planAt(sizes: ReadonlyMap<string, number>): Plan {
    const open = new Set(this.inputs.flatMap(({ dims }) => dims ?? []).filter((dim) => typeof dim === 'string'));
    const bound = new Map([...sizes].filter(([name]) => open.has(name)));
    const key = JSON.stringify([...bound].sort());
    const before = this.plans.get(key);
    if (before) {
      this.plans.delete(key);
      this.plans.set(key, before);
      return before;
    }
    const plan = new Plan(this.raised.withSizes(bound), {
      model: this.name,
      steps: this.steps,
      layoutOf: (name) => this.layoutOf(name),
      constants: this.constants,
    });
    this.plans.set(key, plan);
    const [oldest] = this.plans;
    if (this.plans.size > keptPlans && oldest) {
      oldest[1].constants.dispose();
      this.plans.delete(oldest[0]);
    }
    return plan;
  }

  /** Reports what cannot be computed when the model is opened. */
  private tryOut(): void {
    const sizes = new Map<string, number>();
    let isOpen = false;
    for (const { dims = [] } of this.inputs) {
      dims.forEach((dim, axis) => {
        if (typeof dim !== 'string') return;
        sizes.set(dim, axis === 0 ? 1 : trialSize);
        isOpen ||= axis > 0;
      });
    }
    try {
      this.planAt(sizes);
    } catch (error) {
      // A size that was made up may not fit, be it that of the batch: something may be picked out of the second sample.
      const isUnfit = isDiagnosed(error) && error.code === 'RUN_FAILED' && sizes.size > 0;
      if (!isOpen && !isUnfit) throw error;
    }
  }
}

/** Half and double precision are fed and computed as float32. */
function specOf({ name, type = 'float32', shape }: Value): TensorSpec {
  const own = dtypeOf(type) === 'float32' ? 'float32' : (type as ElementType);
  return { name, type: own, dims: shape as readonly Dimension[] | undefined };
}
