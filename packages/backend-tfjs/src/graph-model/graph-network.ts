import * as tf from '@tensorflow/tfjs-core';
import { loadGraphModelSync, type GraphModel } from '@tensorflow/tfjs-converter';
import { elementCount, type Dimension, type Tensor, type TensorSpec, firstLineOf } from '@understory/core';
import { errors } from '../errors.ts';
import { concatenated } from '../support/concatenated.ts';
import type { ModelFiles } from '../model-files.ts';
import {
  channelsFirst,
  elementTypeOf,
  type Network,
  type NetworkLayer,
  type NetworkWeights,
  type Step,
} from '../network.ts';
import { largestResult } from '../kernels/shape-guards.ts';
import { scoped } from '../support/scoped.ts';
import { OnnxView } from '../onnx-view/onnx-view.ts';
import { withForwardKernels } from '../with-kernels.ts';
import { checkWiring } from './check-wiring.ts';
import { graphKinds } from './graph-kinds.ts';
import { parse, plainGraph } from './graph-json.ts';
import type { JsonNode } from './node.ts';
import type { PartConstant } from './parts.ts';
import { withStopGradient } from './stop-gradient.ts';

/** A node as TensorFlow.js reads it: attributes by its own names. */
interface MappedNode {
  readonly category?: string;
  readonly attrParams: Readonly<Record<string, { readonly value?: unknown } | undefined>>;
}

/** What TensorFlow.js computes asynchronously, where nobody can differentiate. */
const asynchronous = new Set(['control', 'dynamic', 'hash_table']);
const straight = new Set(['Identity', 'IdentityN', 'NoOp']);

/** The kernels of operators that some engine lacks. */
const rareKernels: Readonly<Record<string, string>> = {
  Einsum: tf.Einsum,
  FFT: tf.FFT,
  IFFT: tf.IFFT,
  Complex: tf.Complex,
  ComplexAbs: tf.ComplexAbs,
  Real: tf.Real,
  Imag: tf.Imag,
};

/** Operators whose constants are learned weights, and the order of their axes in which ONNX has those. */
const weightAxes: Readonly<Record<string, readonly number[]>> = {
  Conv2D: [3, 2, 0, 1],
  _FusedConv2D: [3, 2, 0, 1],
  DepthwiseConv2dNative: [2, 3, 0, 1],
  FusedDepthwiseConv2dNative: [2, 3, 0, 1],
  MatMul: [1, 0],
  _FusedMatMul: [1, 0],
  BatchMatMulV2: [1, 0],
  Einsum: [],
};

/** Sizes at which a graph is tried where its input leaves them open; what differs between the two is open too. */
const trialSizes = [224, 256];

/** Samples that it is tried with: a first axis that is as long holds the batch, one of length one need not. */
const trialBatch = 2;

interface Known {
  readonly dims: readonly Dimension[];
  readonly dtype: string;
}

/** A graph model, computed by TensorFlow.js from any node on. */
export class GraphNetwork implements Network {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly string[];
  readonly layers: readonly NetworkLayer[];
  readonly steps: readonly Step[];
  readonly graph: OnnxView;
  readonly weighted: readonly NetworkWeights[];
  private readonly model: GraphModel;
  private readonly nodes: readonly JsonNode[];
  private readonly mapped: Readonly<Record<string, MappedNode | undefined>>;
  /** What is computed from the inputs. */
  private readonly computed = new Set<string>();
  private readonly known = new Map<string, Known>();
  /** The nodes whose results are read one by one. */
  private readonly bundles: ReadonlySet<string>;

  /** Throws OPERATOR_UNSUPPORTED or MODEL_NOT_RUNNABLE. */
  constructor(files: ModelFiles, readWeight: (weight: tf.Tensor) => Tensor) {
    const topology = files.json.modelTopology as { readonly node: readonly JsonNode[] };
    const signature = (files.json['signature'] ?? files.json['userDefinedMetadata']) as SignatureHolder | undefined;
    const asked = outputsOf(topology.node, signature);
    const lost = asked.find((output) => !topology.node.some(({ name }) => name === parse(output).node));
    if (lost !== undefined) {
      throw errors.unknownFormat({
        model: files.name,
        found: `a signature with the output "${lost}", which no node computes`,
      });
    }
    checkWiring(topology.node, asked, files.name);
    const shapes = new Map(files.weights.map(({ name, shape }) => [name, shape]));
    const { nodes, nameOf, bundles, constants } = plainGraph(topology.node, asked, shapes);
    const ends = asked.map(nameOf);
    this.bundles = bundles;
    this.nodes = reaching(nodes, ends);
    // What calls functions is refused: TensorFlow.js has no need to read them.
    const read = { ...topology, library: null, node: withStopGradient(this.nodes) };
    this.model = load(withConstants(files, constants), read);
    const { executor } = this.model as unknown as {
      readonly executor: { readonly graph: { readonly nodes: Readonly<Record<string, MappedNode>> } };
    };
    this.mapped = executor.graph.nodes;
    try {
      this.outputs = [...new Set(ends)];
      this.refuseUnsupported(files.name);
      this.inputs = this.nodes
        .filter(({ op }) => op.startsWith('Placeholder'))
        .map(({ name }) => ({
          name,
          type: elementTypeOf(this.attribute(name, 'dtype') as string | undefined) ?? 'float32',
          dims: openDims(this.attribute(name, 'shape') as readonly number[] | undefined),
        }));
      this.markComputed();
      this.tryOut(files.name);
      this.steps = this.nodes.map((node) => this.stepOf(node));
      this.graph = this.view(readWeight);
      this.layers = this.nodes.flatMap((node) => this.layersOf(node));
      this.weighted = this.weightsByLayer();
    } catch (error) {
      this.model.dispose();
      throw error;
    }
  }

  compute(given: ReadonlyMap<string, tf.Tensor>, names: readonly string[]): ReadonlyMap<string, tf.Tensor> {
    return withForwardKernels(() => this.valuesOf(given, names));
  }

  private valuesOf(given: ReadonlyMap<string, tf.Tensor>, names: readonly string[]): ReadonlyMap<string, tf.Tensor> {
    const asked = [...new Set(names)].filter((name) => !given.has(name));
    if (asked.length === 0) return new Map(names.map((name) => [name, given.get(name)!]));
    const results = [this.model.execute(this.feedsFor(given, asked), asked)].flat();
    const values = new Map(given);
    asked.forEach((name, at) => values.set(name, results[at]!));
    return new Map(names.map((name) => [name, values.get(name)!]));
  }

  dispose(): void {
    this.model.dispose();
  }

  /** What is given and lies before what is asked for: TensorFlow.js takes offence at more. */
  private feedsFor(given: ReadonlyMap<string, tf.Tensor>, asked: readonly string[]): Record<string, tf.Tensor> {
    const wanted = new Set(asked);
    const feeds: Record<string, tf.Tensor> = {};
    for (const { name, input = [] } of this.nodes.toReversed()) {
      if (!wanted.has(name)) continue;
      const value = given.get(name);
      if (value !== undefined) feeds[name] = value;
      else for (const reference of input) wanted.add(parse(reference).node);
    }
    return feeds;
  }

  private attribute(node: string, name: string): unknown {
    return this.mapped[node]?.attrParams[name]?.value;
  }

  private refuseUnsupported(model: string): void {
    const backend = tf.getBackend();
    for (const { name, op } of this.nodes) {
      const category = this.mapped[name]?.category;
      const isAsynchronous = asynchronous.has(category ?? '') && !straight.has(op);
      const kernel = rareKernels[op];
      const isLacking = kernel !== undefined && tf.getKernel(kernel, backend) === undefined;
      if (category !== undefined && !isAsynchronous && !isLacking) continue;
      const detail = isLacking
        ? `the engine ${backend} has no such operator; the devices cpu and tfjs-node have`
        : isAsynchronous
          ? 'control flow, or a result whose size depends on its values'
          : 'TensorFlow.js knows no such operator';
      throw errors.unsupported({ what: `the operator ${op} ("${name}")`, model, detail });
    }
  }

  private markComputed(): void {
    for (const { name, op, input = [] } of this.nodes) {
      const isInput = op.startsWith('Placeholder');
      // What only has to run before, `^name`, leaves a constant one.
      const reads = input.filter((reference) => !reference.startsWith('^')).map((reference) => parse(reference).node);
      if (isInput || reads.some((source) => this.computed.has(source))) this.computed.add(name);
    }
  }

  /** Learns the shapes by running the network once, or twice where its input's size is open. */
  private tryOut(model: string): void {
    const isOpen = this.inputs.some(({ dims }) => dims?.some((dim, axis) => axis > 0 && typeof dim === 'string'));
    const sizes = isOpen ? trialSizes : trialSizes.slice(0, 1);
    const samples = this.hasOpenBatch ? trialBatch : 1;
    const trials = sizes.flatMap((size) => {
      try {
        return [this.trial(size, samples)];
      } catch (error) {
        // Some networks have a batch of one written into them further on.
        const alone = samples === 1 ? undefined : this.triedAlone(size);
        if (alone !== undefined) return [alone];
        // A size that was made up may not fit; what is wrong with one that is known is wrong with the model.
        if (isOpen && !/Kernel '/.test(firstLineOf(error))) return [];
        throw errors.notLoadable({ model, reason: firstLineOf(error), cause: error });
      }
    });
    const [first, second = first] = trials;
    for (const [name, value] of first ?? []) {
      const other = second?.get(name);
      const dims = value.dims.map((dim, axis) => {
        if (axis === 0 && this.hasOpenBatch && dim === samples) return 'N';
        return other?.dims[axis] === dim ? dim : '';
      });
      this.known.set(name, { dims, dtype: value.dtype });
    }
  }

  private get hasOpenBatch(): boolean {
    return this.inputs.every(({ dims }) => typeof dims?.[0] === 'string');
  }

  private triedAlone(size: number): ReturnType<GraphNetwork['trial']> | undefined {
    try {
      return this.trial(size, 1);
    } catch {
      return undefined;
    }
  }

  private trial(
    size: number,
    samples: number,
  ): ReadonlyMap<string, { readonly dims: readonly number[]; readonly dtype: string }> {
    return scoped(() => {
      const given = new Map(
        this.inputs.map(({ name, type, dims = ['N'] }) => {
          const sizes = dims.map((dim, axis) => (typeof dim === 'number' ? dim : axis === 0 ? samples : size));
          if (elementCount(sizes) > largestResult) {
            throw errors.shapesRefused({ what: `The input "${name}"`, found: `[${sizes.join(', ')}]` });
          }
          return [name, tf.zeros(sizes, type as 'float32' | 'int32' | 'bool')] as const;
        }),
      );
      const names = this.nodes
        .filter((node) => this.computed.has(node.name) && !this.bundles.has(node.name))
        .map(({ name }) => name);
      const values = this.compute(given, names);
      return new Map([...values].map(([name, { shape, dtype }]) => [name, { dims: shape, dtype }]));
    });
  }

  private stepOf({ name, op, input = [] }: JsonNode): Step {
    const data = input.filter((reference) => !reference.startsWith('^')).map((reference) => parse(reference).node);
    const kind = graphKinds[op];
    const title = `${op} "${name}"`;
    const { dtype = op === 'Cast' ? this.attribute(name, 'dtype') : undefined } = this.known.get(name) ?? {};
    const isNumber = dtype === undefined || dtype === 'float32';
    return {
      title,
      inputs: data,
      outputs: [name],
      passage: !isNumber ? 'stops' : (kind?.passage ?? { refused: `${title} has no gradient that was checked here` }),
      ...(kind?.through && { through: kind.through(data.length).map((at) => data[at]!) }),
    };
  }

  private view(readWeight: (weight: tf.Tensor) => Tensor): OnnxView {
    const view = new OnnxView((name) => this.known.get(name)?.dims.length ?? this.constantRank(name));
    const names = new Map(this.steps.map((step) => [step.outputs[0]!, step]));
    for (const { name } of this.nodes) {
      if (this.computed.has(name)) continue;
      view.weight(name, () => this.constant(name, readWeight));
    }
    for (const node of this.nodes) {
      const { name, op } = node;
      if (!this.computed.has(name) || op.startsWith('Placeholder')) continue;
      const inputs = names.get(name)!.inputs;
      const first = view.nodes.length;
      const isFirst = String(this.attribute(name, 'dataFormat')).toUpperCase() === 'NCHW';
      const numbers = (input: number) => {
        const value = view.isConstant(inputs[input] ?? '') ? view.constant(inputs[input]!) : undefined;
        return value && Array.from(value.data as Float32Array, Number);
      };
      const attribute = (key: string) => this.attribute(name, key);
      if (!isFirst) graphKinds[op]?.write?.({ view, operator: op, inputs, output: name, attribute, numbers });
      if (view.nodes.slice(first).some((written) => written.outputs.includes(name))) continue;
      view.node(
        op,
        inputs.map((input) => view.asFile(input)),
        name,
      );
    }
    return view;
  }

  private constantRank(name: string): number | undefined {
    return this.model.weights[name]?.[0]?.shape.length;
  }

  private constant(name: string, readWeight: (weight: tf.Tensor) => Tensor): Tensor | undefined {
    const own = this.model.weights[name]?.[0];
    if (own) return own.dtype === 'string' ? undefined : readWeight(own);
    return scoped(() => {
      const value = [this.model.execute({}, [name])].flat()[0]!;
      return elementTypeOf(value.dtype) && readWeight(value);
    });
  }

  private layersOf(node: JsonNode): NetworkLayer[] {
    const { name, op } = node;
    const known = this.known.get(name);
    const type = elementTypeOf(known?.dtype);
    if (op.startsWith('Placeholder') || !this.computed.has(name) || this.bundles.has(name)) return [];
    if (known && type === undefined) return [];
    const channelsLast = this.graph.images.has(name);
    const operator = this.graph.nodes.findLast((written) => written.outputs.includes(name))?.operator ?? op;
    const scopes = name.split('/').slice(0, -1);
    const modules = scopes.map((_, at) => scopes.slice(0, at + 1).join('/'));
    const dims = known && (channelsLast ? channelsFirst(known.dims) : known.dims);
    return [{ name, type: type ?? 'float32', dims, operator, modules: this.lastOf(modules, name), channelsLast }];
  }

  /** The scopes that end with this node: a scope's output is its last node. */
  private lastOf(scopes: readonly string[], name: string): readonly string[] {
    return scopes.filter((scope) => {
      const last = this.nodes.findLast((node) => node.name.startsWith(`${scope}/`) && this.computed.has(node.name));
      return last?.name === name;
    });
  }

  private weightsByLayer(): readonly NetworkWeights[] {
    return this.nodes.flatMap(({ name, op, input = [], attr }) => {
      const axes = weightAxes[op];
      if (axes === undefined || !this.computed.has(name)) return [];
      const isTurned = [attr?.['transpose_b'], attr?.['adj_y']].some(
        (flag) => (flag as { b?: boolean } | undefined)?.b,
      );
      const weights = input
        .map((reference) => parse(reference).node)
        .filter((weight) => (this.constantRank(weight) ?? 0) >= 2)
        .map((weight) => ({
          name: weight,
          ...(this.constantRank(weight) === axes.length && !isTurned && { axes }),
        }));
      return weights.length > 0 ? [{ layer: name, weights }] : [];
    });
  }
}

interface SignatureHolder {
  readonly outputs?: Readonly<Record<string, { readonly name?: string }>>;
  readonly signature?: SignatureHolder;
}

/** What the signature names as outputs, or the nodes that nothing reads. */
function outputsOf(nodes: readonly JsonNode[], holder: SignatureHolder | undefined): readonly string[] {
  const { outputs } = holder?.signature ?? holder ?? {};
  const named = Object.values(outputs ?? {}).flatMap(({ name }) => (name ? [name] : []));
  if (named.length > 0) return named;
  const read = new Set(nodes.flatMap(({ input = [] }) => input.map((reference) => parse(reference).node)));
  return nodes.filter(({ name, op }) => !read.has(name) && op !== 'Const' && op !== 'NoOp').map(({ name }) => name);
}

/** The nodes that some are computed from, themselves included. */
function reaching(nodes: readonly JsonNode[], ends: readonly string[]): readonly JsonNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const wanted = new Set(ends);
  // What is added on the way is visited too.
  for (const name of wanted) for (const reference of byName.get(name)?.input ?? []) wanted.add(parse(reference).node);
  return nodes.filter(({ name }) => wanted.has(name));
}

/** The weights of a file with some constants behind them. */
function withConstants(files: ModelFiles, constants: ReadonlyMap<string, PartConstant>): ModelFiles {
  if (constants.size === 0) return files;
  const added = [...constants.values()].map(
    (value) => new Uint8Array((typeof value === 'number' ? Float32Array.of(value) : Int32Array.from(value)).buffer),
  );
  const weightData = concatenated([new Uint8Array(files.weightData), ...added]);
  const weights = [...constants].map(([name, value]) =>
    typeof value === 'number' ? { name, shape: [], dtype: 'float32' } : { name, shape: [value.length], dtype: 'int32' },
  );
  return { ...files, weights: [...files.weights, ...weights], weightData: weightData.buffer };
}

function load(files: ModelFiles, modelTopology: object): GraphModel {
  try {
    const model = loadGraphModelSync({
      load: () => ({
        modelTopology,
        weightSpecs: files.weights as unknown as tf.io.WeightsManifestEntry[],
        weightData: files.weightData,
        format: 'graph-model',
      }),
    }) as unknown as GraphModel;
    for (const weight of Object.values(model.weights).flat()) tf.keep(weight);
    return model;
  } catch (error) {
    throw errors.notLoadable({ model: files.name, reason: firstLineOf(error), cause: error });
  }
}

function openDims(shape: readonly number[] | undefined): readonly Dimension[] | undefined {
  return shape?.map((size, axis) => (size >= 0 ? size : axis === 0 ? 'N' : ''));
}
