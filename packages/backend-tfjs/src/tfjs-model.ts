import * as tf from '@tensorflow/tfjs-core';
import {
  checkActivation,
  checkFeeds,
  checkRules,
  closest,
  errors as coreErrors,
  float32,
  isDiagnosed,
  joinParts,
  outputsOf,
  takeObjective,
  takeTensor,
  toFloat32,
  elementCount,
  type Derivative,
  type DifferentiableModel,
  type Differentiability,
  type DifferentiateRequest,
  type Feeds,
  type GradientRules,
  type GraphView,
  type LayerSpec,
  type ModelOrigin,
  type Objective,
  type Program,
  type Tensor,
  type Tensors,
  type TensorSpec,
  firstLineOf,
} from '@understory/core';
import { onEngine, type Engine } from './engines.ts';
import { errors } from './errors.ts';
import type { Network, NetworkLayer } from './network.ts';
import { checkObjective, objectiveOf } from './objective-values.ts';
import { reachOf, type Reach } from './reach.ts';
import { scoped } from './support/scoped.ts';
import { gradientsOnTape } from './tape.ts';
import { fromTf, toTf } from './tensors.ts';
import { TfjsProgram } from './tfjs-program.ts';
import { withGradients } from './with-gradients.ts';

export interface TfjsModelParts {
  readonly network: Network;
  readonly engine: Engine;
  readonly origin: ModelOrigin;
  /** Lets what waits have its turn before a piece of work, which nothing interrupts. */
  readonly breathe?: () => Promise<void>;
  /** The same model with the weights of some layers re-initialised. */
  readonly redrawn?: (layers: readonly string[], seed: number, remark: string) => Promise<TfjsModel>;
}

/**
 * A TensorFlow.js model on one engine. Feature maps are handed out and taken as `[N, C, h, w]`, whatever the file's layout;
 * inputs are fed as the file has them. Every call does its work at once: nothing else of TensorFlow.js runs meanwhile.
 */
export class TfjsModel implements DifferentiableModel {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly layers: readonly LayerSpec[];
  readonly origin: ModelOrigin;
  readonly graph: GraphView;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly gradientRules: readonly GradientRules[] = ['guided'];
  /** The number of samples that the file accepts at a time; undefined for any number. */
  readonly fixedBatch: number | undefined;
  private readonly network: Network;
  private readonly engine: Engine;
  private readonly byName: ReadonlyMap<string, NetworkLayer>;
  private readonly specs: ReadonlyMap<string, TensorSpec>;
  private readonly breathe: TfjsModelParts['breathe'];
  private readonly redrawn: TfjsModelParts['redrawn'];
  private readonly reached = new Map<string, Reach>();
  private isClosed = false;

  constructor({ network, engine, origin, breathe, redrawn }: TfjsModelParts) {
    this.network = network;
    this.engine = engine;
    this.breathe = breathe;
    this.redrawn = redrawn;
    this.inputs = network.inputs;
    this.byName = new Map(network.layers.map((layer) => [layer.name, layer]));
    this.layers = network.layers.map(({ name, type, dims, operator, modules }) => ({
      name,
      type,
      dims,
      operator,
      modules,
    }));
    this.specs = new Map([...this.inputs, ...this.layers].map((spec) => [spec.name, spec]));
    this.outputs = network.outputs.map((name) => {
      const { type, dims } = this.specs.get(name) ?? { type: 'float32' as const, dims: undefined };
      return { name, type, dims };
    });
    this.graph = network.graph;
    if (network.metadata !== undefined) this.metadata = network.metadata;
    const first = this.inputs[0]?.dims?.[0];
    const declared = typeof first === 'number' ? first : undefined;
    this.fixedBatch = declared ?? (network.mixesSamples === true ? 1 : undefined);
    const remarks =
      declared === undefined
        ? []
        : [`the model was exported with a batch of ${declared}: samples are fed ${declared} at a time`];
    this.origin = { ...origin, remarks: [...origin.remarks, ...remarks] };
  }

  async run(feeds: Feeds, fetch: readonly string[]): Promise<Tensors> {
    return this.runFrom(feeds, {}, fetch);
  }

  async runFrom(feeds: Feeds, activations: Tensors, fetch: readonly string[]): Promise<Tensors> {
    const batch = checkFeeds(this.inputs, feeds);
    this.checkNames(fetch);
    for (const [name, tensor] of Object.entries(activations)) this.checkActivation(name, tensor, batch);
    const names = [...new Set(fetch)];
    const all = { ...feeds, ...activations };
    const computed = names.filter((name) => !(name in all));
    await this.breathe?.();
    const parts = this.inParts(batch, (take) => this.work(() => this.fetch(takeAll(all, take), computed)));
    return Object.fromEntries(
      names.map((name) => [
        name,
        all[name] ??
          joined(
            parts.map((part) => part[name]!),
            batch,
            this.fixedBatch,
          ),
      ]),
    );
  }

  async differentiate(request: DifferentiateRequest): Promise<Derivative> {
    const { feeds, objective, rules } = request;
    const batch = checkFeeds(this.inputs, feeds);
    checkRules(this, request);
    const withRespectTo = [...new Set(request.withRespectTo)];
    const fetch = [...new Set(request.fetch ?? [])];
    const outputs = outputsOf(objective);
    this.checkNames([...outputs, ...withRespectTo, ...fetch]);
    checkObjective(objective, batch, (output) => this.specs.get(output)?.dims);
    for (const tensor of withRespectTo) this.checkReach(outputs, tensor);
    await this.breathe?.();
    const parts = this.inParts(batch, (take) =>
      this.work(() =>
        withGradients(this.engine, rules, () =>
          this.derive(takeAll(feeds, take), take ? takeObjective(objective, take) : objective, withRespectTo, fetch),
        ),
      ),
    );
    const join = (of: (part: Derivative) => Tensor) => joined(parts.map(of), batch, this.fixedBatch);
    const size = this.fixedBatch ?? batch;
    return {
      value: toFloat32(join(({ value }) => float32(value, [size]))),
      gradients: Object.fromEntries(withRespectTo.map((name) => [name, join(({ gradients }) => gradients[name]!)])),
      fetched: Object.fromEntries(fetch.map((name) => [name, feeds[name] ?? join(({ fetched }) => fetched[name]!)])),
    };
  }

  async compile(program: Program): Promise<TfjsProgram> {
    this.checkOpen();
    return new TfjsProgram(program, {
      inputs: this.inputs,
      layers: this.layers,
      fixedBatch: this.fixedBatch,
      ...(this.breathe && { breathe: this.breathe }),
      work: (own) => this.work(() => withGradients(this.engine, undefined, own)),
      compute: (given, names) => this.network.compute(given, names),
      isChannelsLast: (name) => this.byName.get(name)?.channelsLast ?? false,
      reaches: (output, tensor) => this.reach(output, tensor).reaches,
      checkReach: (outputs, tensor) => this.checkReach(outputs, tensor, 'operator'),
    });
  }

  differentiability(output: string, tensor: string): Differentiability {
    const reach = this.reach(this.placed(output), this.placed(tensor));
    return reach.reaches
      ? { differentiable: true }
      : { differentiable: false, reason: reach.reason, message: reach.message };
  }

  get weightedLayers(): readonly string[] {
    return this.network.weighted.map(({ layer }) => layer);
  }

  /** Biases and batch normalisations stay as they are. Throws LAYER_WITHOUT_WEIGHTS. */
  async randomised({
    layers,
    seed,
  }: {
    readonly layers: readonly string[];
    readonly seed: number;
  }): Promise<TfjsModel> {
    this.checkOpen();
    this.checkNames(layers);
    const unweighted = layers.find((layer) => !this.weightedLayers.includes(layer));
    if (unweighted !== undefined) throw errors.layerWithoutWeights(unweighted);
    const count = `${layers.length} ${layers.length === 1 ? 'layer' : 'layers'}`;
    if (this.redrawn === undefined) throw errors.layerWithoutWeights(layers.join(', '));
    return this.redrawn(layers, seed, `the weights of ${count} are re-initialised with seed ${seed}`);
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    onEngine(this.engine, () => this.network.dispose());
  }

  /** Throws MODEL_CLOSED, and RUN_FAILED for what TensorFlow.js throws. */
  private work<T>(own: () => T): T {
    this.checkOpen();
    try {
      return onEngine(this.engine, () => scoped(own));
    } catch (error) {
      throw isDiagnosed(error) ? error : errors.runFailed(firstLineOf(error), error);
    }
  }

  private checkOpen(): void {
    if (this.isClosed) throw coreErrors.modelClosed({ backend: this.origin.backend });
  }

  private fetch(given: Tensors, names: readonly string[]): Tensors {
    const values = this.network.compute(this.given(given), names);
    return Object.fromEntries(names.map((name) => [name, this.read(name, values.get(name)!)]));
  }

  private derive(
    feeds: Feeds,
    objective: Objective,
    withRespectTo: readonly string[],
    fetch: readonly string[],
  ): Derivative {
    const given = this.given(feeds);
    const computed = fetch.filter((name) => !given.has(name));
    const shapes = new Map<string, readonly number[]>();
    let value = new Float32Array();
    let fetched: Tensors = {};
    const gradients = gradientsOnTape(() => {
      const values = this.network.compute(given, [
        ...new Set([...outputsOf(objective), ...withRespectTo, ...computed]),
      ]);
      const perSample = objectiveOf(objective, (name) => this.exposed(name, values.get(name)!));
      value = toFloat32(fromTf(perSample)) as Float32Array<ArrayBuffer>;
      fetched = Object.fromEntries(computed.map((name) => [name, this.read(name, values.get(name)!)]));
      const tensors = withRespectTo.map((name) => values.get(name)!);
      withRespectTo.forEach((name, at) => shapes.set(name, tensors[at]!.shape));
      return { objective: perSample, withRespectTo: tensors };
    });
    return {
      value,
      gradients: Object.fromEntries(
        withRespectTo.map((name, at) => {
          const gradient = gradients[at];
          if (gradient) return [name, this.read(name, gradient)];
          const shape = this.isLast(name) ? channelsFirstShape(shapes.get(name)!) : shapes.get(name)!;
          return [name, float32(new Float32Array(elementCount(shape)), shape)];
        }),
      ),
      fetched,
    };
  }

  private given(tensors: Tensors): Map<string, tf.Tensor> {
    return new Map(Object.entries(tensors).map(([name, tensor]) => [name, toTf(tensor, this.isLast(name))]));
  }

  private read(name: string, tensor: tf.Tensor): Tensor {
    return fromTf(tensor, this.isLast(name) && tensor.shape.length === 4);
  }

  /** A tensor as it is handed out. */
  private exposed(name: string, tensor: tf.Tensor): tf.Tensor {
    return this.isLast(name) ? tf.transpose(tensor, [0, 3, 1, 2]) : tensor;
  }

  private isLast(name: string): boolean {
    return this.byName.get(name)?.channelsLast ?? false;
  }

  /** The tensor of the model that stands for one which only the graph has: what it is laid out from, or a part of a layer's work on. */
  private placed(name: string): string {
    let at = name;
    while (!this.specs.has(at)) {
      const own = at;
      const producer = this.graph.nodes.find(({ outputs }) => outputs.includes(own));
      const source = producer?.inputs.find((input) => input !== '' && this.graph.constant(input) === undefined);
      if (source === undefined) throw this.unknown(own);
      at = source;
    }
    return at;
  }

  private reach(output: string, tensor: string): Reach {
    const key = JSON.stringify([output, tensor]);
    const before = this.reached.get(key) ?? reachOf(this.network, output, tensor);
    this.reached.set(key, before);
    return before;
  }

  /** Throws NOT_DIFFERENTIABLE where no output reaches the tensor, or a way to it is closed. */
  private checkReach(outputs: readonly string[], tensor: string, only?: 'operator'): void {
    const ways = outputs.map((output) => ({ output, reach: this.reach(output, tensor) }));
    const closed = ways.find(({ reach }) => !reach.reaches && reach.reason === 'operator') ?? ways[0];
    const isOpen = ways.some(({ reach }) => reach.reaches);
    if (closed === undefined || closed.reach.reaches) return;
    if (closed.reach.reason !== 'operator' && (isOpen || only === 'operator')) return;
    throw coreErrors.notDifferentiable({
      output: closed.output,
      tensor,
      reason: closed.reach.message,
      alternatives:
        closed.reach.reason === 'noPath' ? ['a tensor that the output depends on'] : ['cam', 'scorecam', 'occlusion'],
    });
  }

  private checkActivation(name: string, tensor: Tensor, batch: number): void {
    const layer = this.layers.find((candidate) => candidate.name === name);
    if (layer === undefined) throw this.unknown(name);
    checkActivation(layer, tensor, batch);
  }

  private checkNames(names: readonly string[]): void {
    for (const name of names) if (!this.specs.has(name)) throw this.unknown(name);
  }

  private unknown(name: string): Error {
    const names = [...this.specs.keys()];
    return coreErrors.unknownLayer({ layer: name, suggestions: closest(name, names) });
  }

  /** Once for the whole batch, or as many times as a fixed batch asks for; the last part is filled up with its last sample. */
  private inParts<T>(batch: number, part: (take: readonly number[] | undefined) => T): readonly T[] {
    const size = this.fixedBatch;
    if (size === undefined || size === batch) return [part(undefined)];
    return Array.from({ length: Math.ceil(batch / size) }, (_, at) =>
      part(Array.from({ length: size }, (_unused, sample) => Math.min(at * size + sample, batch - 1))),
    );
  }
}

function takeAll(tensors: Tensors, take: readonly number[] | undefined): Tensors {
  if (take === undefined) return tensors;
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, takeTensor(tensor, take)]));
}

function joined(parts: readonly Tensor[], batch: number, size: number | undefined): Tensor {
  return size === undefined ? parts[0]! : joinParts(parts, { batch, size });
}

function channelsFirstShape([batch = 0, height = 0, width = 0, channels = 0]: readonly number[]): readonly number[] {
  return [batch, channels, height, width];
}
