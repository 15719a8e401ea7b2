import {
  checkActivation,
  checkFeeds,
  checkRules,
  checkReference,
  errors as coreErrors,
  fileMetadata,
  isDiagnosed,
  redrawn,
  similarityVectors,
  toFloat32 as toFloat32Array,
  type Derivative,
  type DifferentiableModel,
  type Differentiability,
  type DifferentiatedFile,
  type DifferentiatedFileRequest,
  type DifferentiateRequest,
  type ElementType,
  type Feeds,
  type GradientRules,
  type GraphView,
  type HessianProductRequest,
  type LayerSpec,
  type ModelOrigin,
  type Objective,
  type ObjectiveForm,
  type Program,
  type Tensor,
  type Tensors,
  type TensorSpec,
  firstLineOf,
  fromFloat32,
} from '@understory/core';
import {
  DifferentiableGraph,
  FedSizes,
  feedFrom,
  alphaBetaRules,
  epsilonRules,
  graphView,
  guidedRules,
  hessianProduct,
  layersOf,
  redrawWeights,
  rescaleRules,
  toFloat32,
  trainingRemarks,
  weightedLayers,
  zPlusRules,
  type DifferentiatedModel,
  type Float32Graph,
  type Graph,
  type HessianProduct,
  type Sizes,
  type Value,
} from '@understory/onnx-autodiff';
import { BatchSizes } from './batch-sizes.ts';
import type { DeviceLog } from './device-log.ts';
import { digestOf } from './digest.ts';
import { errors } from './errors.ts';
import { formOf, neutralFeeds, objectiveFeeds, renameForm, renameOutputs } from './objective-feeds.ts';
import { OnnxProgram } from './program.ts';
import { runInParts } from './run-session.ts';
import type { Session } from './runtime.ts';
import { SessionCache } from './session-cache.ts';

/** What stands in for the rules of derivatives, by name. */
const rulesByName = {
  guided: guidedRules,
  'lrp-epsilon': epsilonRules,
  'lrp-z-plus': zPlusRules,
  'lrp-alpha-beta': alphaBetaRules,
  'deeplift-rescale': rescaleRules,
} as const satisfies Record<GradientRules, unknown>;

/** Sessions of one model that are kept open: each holds a copy of the weights it uses. */
const openSessions = 5;

/** The session of the file as it is, among the others. */
const forwardSession = 'forward';

/** What is asked of a differentiated graph. */
interface Foreseen {
  readonly form: ObjectiveForm;
  readonly withRespectTo: readonly string[];
  /** What is computed beside the gradients; no inputs. */
  readonly fetched: readonly string[];
  readonly rules: GradientRules | undefined;
  /** The inputs that are compared with another image's. */
  readonly reference: readonly string[];
  /** The batch that it is first asked for with, where that is known. */
  readonly samples?: number | undefined;
}

/** A product with a Hessian, undefined where it is 0, and the shapes of the network's tensors. */
interface Twice {
  readonly product: HessianProduct | undefined;
  readonly shapeOf: (name: string) => Value['shape'];
}

export interface OnnxModelParts {
  readonly graph: Graph;
  /** The graph made ready, where that was done already. */
  readonly differentiable?: DifferentiableGraph;
  readonly origin: ModelOrigin;
  /** What takes the place of the digest in `origin` once `ready` has waited for it. */
  readonly digest?: Promise<string> | string | undefined;
  /** The session of the file as it is; opened when it is first asked for where absent. */
  readonly forward?: Session | undefined;
  /** Opens a session on the device that the model runs on. */
  readonly openSession: (model: Uint8Array) => Promise<Session>;
  /** What `openSession` and `forward` tell of where they run. */
  readonly log?: DeviceLog | undefined;
  /** Whether the device works fastest in blocks of channels; see `DifferentiableGraphOptions`. */
  readonly blockedLayout?: boolean;
  /** What a float16 model is differentiated in: float32 by default, so that small gradients survive. */
  readonly gradientPrecision?: 'float32' | 'model';
}

/** What is run where outputs of the file are asked for: the file as it is, or without kernels that change their own statistics. */
export function forwardGraph(file: Graph, differentiable: DifferentiableGraph): Graph {
  return differentiable.training.batchStatistics > 0 ? differentiable.graph : file;
}

/** An ONNX model opened with ONNX Runtime; sessions for layers and gradients are made when first asked for. */
export class OnnxModel implements DifferentiableModel {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly layers: readonly LayerSpec[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly gradientRules = Object.keys(rulesByName) as readonly GradientRules[];
  /** The number of samples that the file accepts at a time; undefined for any number. */
  readonly fixedBatch: number | undefined;
  private readonly source: Graph;
  /** The file's graph in the form that rules read. */
  private readonly differentiable: DifferentiableGraph;
  /** Where gradients come from: computed in float32 where the file says half precision, unless that is asked for. */
  private readonly derivativeSource: Graph;
  private readonly fedSizes: FedSizes;
  private readonly blockedLayout: boolean;
  private readonly computed: Float32Graph['computed'];
  private readonly openSession: OnnxModelParts['openSession'];
  private readonly log: DeviceLog | undefined;
  private readonly sessions = new SessionCache<Session>(openSessions);
  /** The differentiable graph of each batch size and choice of rules. */
  private readonly sized = new Map<string, DifferentiableGraph>();
  /** By what is asked for, then by batch size. */
  private readonly derived = new Map<
    string,
    { readonly bySize: Map<number, DifferentiatedModel>; readonly sizes: BatchSizes }
  >();
  /** What was differentiated twice, by what is asked for. */
  private readonly twice = new Map<string, Twice>();
  private readonly reached = new Map<string, ReturnType<DifferentiableGraph['reach']>>();
  private readonly gradientPrecision: 'float32' | 'model';
  /** Without what the constructor adds. */
  private fileOrigin: ModelOrigin;
  private readonly digest: Promise<string> | string | undefined;
  private readonly remarks: readonly string[];
  /** What is to come from one session. */
  private foreseen: Foreseen | undefined;
  private forwardGaveWay = false;
  private isClosed = false;
  private weighted: readonly string[] | undefined;
  private view: GraphView | undefined;

  constructor({
    graph,
    differentiable,
    origin,
    digest,
    forward,
    openSession,
    log,
    gradientPrecision = 'float32',
    blockedLayout = false,
  }: OnnxModelParts) {
    this.source = graph;
    this.metadata = fileMetadata(graph.header.metadataProps);
    this.fileOrigin = origin;
    this.digest = digest;
    this.gradientPrecision = gradientPrecision;
    this.differentiable = differentiable ?? new DifferentiableGraph(graph);
    const inFloat32 = gradientPrecision === 'float32' ? toFloat32(graph) : { graph, computed: (name: string) => name };
    this.derivativeSource = inFloat32.graph;
    this.blockedLayout = blockedLayout;
    this.computed = inFloat32.computed;
    if (forward !== undefined) this.sessions.hold(forwardSession, forward);
    this.openSession = openSession;
    this.log = log;
    this.inputs = graph.inputs.map(specOf);
    this.outputs = graph.outputs.map(({ name, type }) =>
      specOf({ ...this.differentiable.inference.value(name), ...(type && { type }) }),
    );
    this.layers = layersOf(this.differentiable.graph, this.differentiable.inference).map((layer) => ({
      ...layer,
      type: (layer.type ?? 'float32') as ElementType,
    }));
    this.fedSizes = new FedSizes(this.differentiable.graph, this.differentiable.inference);
    const first = this.inputs[0]?.dims?.[0];
    const { training } = this.differentiable;
    const declared = typeof first === 'number' ? first : undefined;
    // Statistics of a batch would mix its samples.
    this.fixedBatch = declared ?? (training.batchStatistics > 0 ? 1 : undefined);
    const ofTraining = trainingRemarks(training, this.fixedBatch);
    const remarks =
      declared === undefined
        ? ofTraining
        : [
            ...ofTraining,
            `the model was exported with a batch of ${this.fixedBatch}: ${this.fixedBatch === 1 ? 'samples are fed one at a time' : `samples are fed ${this.fixedBatch} at a time`}`,
          ];
    this.remarks = [...origin.remarks, ...remarks];
  }

  get origin(): ModelOrigin {
    const { fileOrigin, log } = this;
    const executionProvider = log?.devices ?? fileOrigin.executionProvider;
    return { ...fileOrigin, executionProvider, remarks: [...this.remarks, ...(log?.remarks ?? [])] };
  }

  get graph(): GraphView {
    this.view ??= graphView(this.differentiable.graph, this.source.opset);
    return this.view;
  }

  async ready(): Promise<void> {
    this.checkOpen();
    if (this.foreseen?.samples !== undefined) await this.openForeseen(this.foreseen, this.foreseen.samples);
    if (this.foreseen === undefined && this.sessions.size === 0) await this.useForward(async () => undefined);
    if (this.digest !== undefined) this.fileOrigin = { ...this.fileOrigin, sha256: await this.digest };
  }

  async run(feeds: Feeds, fetch: readonly string[]): Promise<Tensors> {
    this.checkOpen();
    const batch = checkFeeds(this.inputs, feeds);
    this.checkNames(fetch);
    const early = await this.runForeseen(feeds, batch, fetch);
    if (early !== undefined) return early;
    const own = new Set(this.source.outputs.map((output) => output.name));
    if (fetch.every((name) => own.has(name))) {
      return this.useForward((session) => this.inBatches(session, feeds, {}, batch, fetch));
    }
    const names = [...new Set(fetch)].sort();
    return this.sessions.use(
      `fetch ${names.join('\n')}`,
      () => this.open(this.differentiable.graph.with({ outputs: names.map((name) => this.outputValue(name)) })),
      (session) => this.inBatches(session, feeds, {}, batch, fetch),
    );
  }

  async runFrom(feeds: Feeds, activations: Tensors, fetch: readonly string[]): Promise<Tensors> {
    this.checkOpen();
    const batch = checkFeeds(this.inputs, feeds);
    const given = Object.keys(activations).sort();
    this.checkNames(fetch);
    for (const name of given) this.checkActivation(name, activations[name]!, batch);
    const all = { ...feeds, ...activations };
    const names = [...new Set(fetch)].filter((name) => !(name in all)).sort();
    if (names.length === 0) return Object.fromEntries(fetch.map((name) => [name, all[name]!]));
    return this.sessions.use(
      `from ${JSON.stringify([given, names])}`,
      () => {
        const cut = feedFrom(
          this.differentiable.graph,
          given.map((name) => this.differentiable.outputValue(name)),
        );
        return this.open(cut.with({ outputs: names.map((name) => this.outputValue(name)) }));
      },
      (session) => this.inBatches(session, all, {}, batch, fetch),
    );
  }

  async differentiate(request: DifferentiateRequest): Promise<Derivative> {
    this.checkOpen();
    const { feeds, fetch = [], rules, reference = {} } = request;
    const batch = checkFeeds(this.inputs, feeds);
    checkRules(this, request);
    if (rules === 'deeplift-rescale' || request.reference) checkReference(reference, feeds);
    const withRespectTo = [...new Set(request.withRespectTo)].sort();
    const fetched = [...new Set(fetch)].sort();
    const computed = fetched.filter((name) => !(name in feeds));
    this.checkNames([...withRespectTo, ...fetched]);
    const objective = renameOutputs(request.objective, this.computed);
    const asked = this.widened({
      ...{ form: formOf(objective), withRespectTo, fetched: computed, rules },
      reference: Object.keys(reference).sort(),
    });
    const { key, size, source, derived } = this.derivedFor(asked, batch);
    const { graph, gradients, value, objectiveInputs, references, sizes: known } = derived;
    const numbers = {
      ...objectiveFeeds(objective, objectiveInputs, batch, (output) => source.inference.value(output).shape),
      ...Object.fromEntries(Object.entries(reference).map(([name, tensor]) => [references[name]!, tensor])),
    };
    const names = [value, ...Object.values(gradients), ...computed];
    const results = await this.sessions
      .use(
        `${size} ${key}`,
        () => this.openDerived(graph, known),
        (session) => this.inBatches(session, feeds, numbers, batch, names, size),
      )
      .catch(async (failure: unknown) => {
        await this.checkSimilarities(request.objective, feeds);
        throw failure;
      });
    return {
      value: toFloat32Array(results[value]!),
      gradients: Object.fromEntries(withRespectTo.map((name) => [name, results[gradients[this.computed(name)]!]!])),
      fetched: Object.fromEntries(fetched.map((name) => [name, feeds[name] ?? results[name]!])),
    };
  }

  async hessianProduct({ feeds, objective: asked, withRespectTo, direction }: HessianProductRequest): Promise<Tensor> {
    this.checkOpen();
    const batch = checkFeeds(this.inputs, feeds);
    this.checkNames([withRespectTo]);
    const size = this.fixedBatch ?? batch;
    const objective = renameOutputs(asked, this.computed);
    const tensor = this.computed(withRespectTo);
    const key = JSON.stringify({ twice: formOf(objective), tensor, size });
    const { product, shapeOf } = this.twiceFor(key, formOf(objective), tensor, size);
    const along = fromFloat32(toFloat32Array(direction), 'float32', direction.dims);
    const toward = { name: product?.direction ?? '', term: [], role: 'cotangent', output: tensor } as const;
    const fed = objectiveFeeds({ kind: 'cotangent', cotangents: { [tensor]: along } }, [toward], batch, shapeOf);
    if (product === undefined) return fromFloat32(new Float32Array(along.data.length), 'float32', direction.dims);
    const numbers = { ...objectiveFeeds(objective, product.objectiveInputs, batch, shapeOf), ...fed };
    const results = await this.sessions.use(
      key,
      () => this.openDerived(product.graph, product.sizes),
      (session) => this.inBatches(session, feeds, numbers, batch, [product.product]),
    );
    return results[product.product]!;
  }

  /** Where nothing was run yet: what was opened already is used as it is. */
  foresee({ objective, withRespectTo, fetch = [] }: DifferentiatedFileRequest, samples?: number): void {
    this.checkOpen();
    this.checkNames([...withRespectTo, ...fetch]);
    if (this.sessions.size > 0) return;
    const inputs = new Set(this.inputs.map(({ name }) => name));
    this.foreseen = {
      form: renameForm(objective, this.computed),
      withRespectTo: [...new Set(withRespectTo)].sort(),
      fetched: [...new Set(fetch)].filter((name) => !inputs.has(name)).sort(),
      ...{ rules: undefined, reference: [], samples },
    };
  }

  /** One graph a batch size, as `differentiate` has; the way back is only in it where an output holds a gradient. */
  async compile(program: Program): Promise<OnnxProgram> {
    this.checkOpen();
    const { inputs, fixedBatch, blockedLayout, computed } = this;
    const graphOf = (batch: number) => this.forBatch(batch, undefined).graph;
    return new OnnxProgram(program, {
      inputs,
      fixedBatch,
      blockedLayout,
      computed,
      graphOf,
      open: (graph, known) => this.openDerived(graph, known),
    });
  }

  /** Opened by the runtime before it is handed out. Throws MODEL_NOT_RUNNABLE where that refuses it. */
  async differentiatedFile({
    objective,
    withRespectTo,
    fetch = [],
  }: DifferentiatedFileRequest): Promise<DifferentiatedFile> {
    this.checkOpen();
    this.checkNames([...withRespectTo, ...fetch]);
    // Any runtime and any batch size: nothing that only helps here.
    const { graph, objectiveInputs, value, gradients } = new DifferentiableGraph(this.derivativeSource).differentiate({
      objective: renameForm(objective, this.computed),
      withRespectTo: withRespectTo.map(this.computed),
      fetch,
    });
    const added = new Set(objectiveInputs.map(({ name }) => name));
    const bytes = graph.embedded().encode();
    const session = await this.opened(bytes);
    await session.release();
    return {
      bytes,
      objectiveInputs: graph.inputs.filter(({ name }) => added.has(name)).map(specOf),
      value,
      gradients: Object.fromEntries(withRespectTo.map((name) => [name, gradients[this.computed(name)]!])),
    };
  }

  differentiability(output: string, tensor: string): Differentiability {
    this.checkNames([output, tensor]);
    let reached = this.reached.get(output);
    if (!reached) {
      reached = this.differentiable.reach(output);
      this.reached.set(output, reached);
    }
    const obstacle = this.differentiable.obstacle(output, tensor, reached);
    if (!obstacle) return { differentiable: true };
    return {
      differentiable: false,
      reason: obstacle.code === 'GRADIENT_NO_PATH' ? 'noPath' : 'operator',
      message: obstacle.message,
    };
  }

  get weightedLayers(): readonly string[] {
    this.weighted ??= weightedLayers(this.differentiable.graph).map(({ layer }) => layer);
    return this.weighted;
  }

  /** Biases and batch normalisations stay as they are. Throws LAYER_WITHOUT_WEIGHTS. */
  async randomised({
    layers,
    seed,
  }: {
    readonly layers: readonly string[];
    readonly seed: number;
  }): Promise<OnnxModel> {
    this.checkOpen();
    this.checkNames(layers);
    const unweighted = layers.find((layer) => !this.weightedLayers.includes(layer));
    if (unweighted !== undefined) throw errors.layerWithoutWeights(unweighted);
    const graph = redrawWeights(this.differentiable.graph, layers, (values) => redrawn(values, seed));
    const bytes = graph.encode();
    const count = `${layers.length} ${layers.length === 1 ? 'layer' : 'layers'}`;
    const remark = `the weights of ${count} are re-initialised with seed ${seed}`;
    return new OnnxModel({
      graph,
      origin: {
        ...this.fileOrigin,
        sha256: await digestOf(bytes),
        remarks: [...this.fileOrigin.remarks, remark],
      },
      forward: await this.openSession(bytes),
      openSession: this.openSession,
      log: this.log,
      blockedLayout: this.blockedLayout,
      gradientPrecision: this.gradientPrecision,
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.sessions.clear();
  }

  /** Throws MODEL_CLOSED; a session would be opened again otherwise, and by nobody closed. */
  private checkOpen(): void {
    if (this.isClosed) throw coreErrors.modelClosed({ backend: this.origin.backend });
  }

  private useForward<Result>(work: (session: Session) => Promise<Result>): Promise<Result> {
    return this.sessions.use(forwardSession, () => this.open(forwardGraph(this.source, this.differentiable)), work);
  }

  /** What was foreseen where it is as much as is asked for, else what is asked for. */
  private widened(asked: Foreseen): Foreseen {
    const { foreseen } = this;
    const isSame =
      foreseen !== undefined &&
      JSON.stringify([foreseen.form, foreseen.withRespectTo, foreseen.rules, foreseen.reference]) ===
        JSON.stringify([asked.form, asked.withRespectTo, asked.rules, asked.reference]);
    return isSame && asked.fetched.every((name) => foreseen.fetched.includes(name)) ? foreseen : asked;
  }

  /** The differentiated graph of what is asked for, made where there is none, and the batch size that it is for. */
  private derivedFor(asked: Foreseen, batch: number) {
    const { form, withRespectTo, fetched, rules, reference } = asked;
    const key = JSON.stringify({ form, withRespectTo, fetched, rules, reference });
    const { bySize, sizes } = this.derived.get(key) ?? {
      bySize: new Map<number, DifferentiatedModel>(),
      sizes: new BatchSizes(),
    };
    this.derived.set(key, { bySize, sizes });
    for (const old of bySize.keys()) if (!this.sessions.has(`${old} ${key}`)) bySize.delete(old);
    const chosen = sizes.choose(batch, bySize.keys());
    const isReady = chosen === batch || this.holdsSamplesFirst([...withRespectTo, ...fetched], chosen, rules);
    const size = this.fixedBatch ?? (isReady ? chosen : batch);
    const source = this.forBatch(size, rules);
    let derived = bySize.get(size);
    if (!derived) {
      derived = source.differentiate({
        objective: form,
        withRespectTo: withRespectTo.map(this.computed),
        ...{ fetch: fetched, reference },
      });
      bySize.set(size, derived);
    }
    return { key, size, source, derived };
  }

  /** Whether the samples of tensors are their rows for a batch of `size`: of others, such as steps before samples, what was filled up cannot be cut off. */
  private holdsSamplesFirst(names: readonly string[], size: number, rules: GradientRules | undefined): boolean {
    const { inference } = this.forBatch(size, rules);
    return names.every((name) => inference.value(this.computed(name)).shape?.[0] === size);
  }

  /**
   * Outputs from the session of the gradients that were foreseen, whose objective is all zeros. Undefined where they are not among what was, where the
   * file as it is is open, and where gradients cannot be had: whoever asks for those is told why.
   */
  private async runForeseen(feeds: Feeds, batch: number, fetch: readonly string[]): Promise<Tensors | undefined> {
    const { foreseen } = this;
    const isKnown = fetch.every((name) => name in feeds || foreseen?.fetched.includes(name));
    if (foreseen === undefined || !isKnown || this.sessions.has(forwardSession)) return undefined;
    try {
      const { key, size, derived } = this.derivedFor(foreseen, batch);
      const inputs = new Map(derived.graph.inputs.map((input) => [input.name, input]));
      const numbers = neutralFeeds(
        derived.objectiveInputs.map(({ name }) => inputs.get(name)!),
        batch,
      );
      if (numbers !== undefined) {
        return await this.sessions.use(
          `${size} ${key}`,
          () => this.openDerived(derived.graph, derived.sizes),
          (session) => this.inBatches(session, feeds, numbers, batch, fetch, size),
        );
      }
    } catch (error) {
      if (!isDiagnosed(error) || error.code === 'RUN_FAILED') throw error;
    }
    this.foreseen = undefined;
    return undefined;
  }

  /** Opens the session that was foreseen, or gives it up where there is none. */
  private async openForeseen(foreseen: Foreseen, samples: number): Promise<void> {
    try {
      const { key, size, derived } = this.derivedFor(foreseen, samples);
      const open = () => this.openDerived(derived.graph, derived.sizes);
      await this.sessions.use(`${size} ${key}`, open, async () => undefined);
    } catch (error) {
      if (!isDiagnosed(error)) throw error;
      this.foreseen = undefined;
    }
  }

  private twiceFor(key: string, objective: ObjectiveForm, withRespectTo: string, size: number): Twice {
    for (const [old, { product }] of this.twice) if (product && !this.sessions.has(old)) this.twice.delete(old);
    let twice = this.twice.get(key);
    if (!twice) {
      // Not in blocks of channels: masks there are steep functions, whose slopes are no second derivatives.
      const source = new DifferentiableGraph(this.derivativeSource.withBatch(size));
      const product = hessianProduct(source, { objective, withRespectTo });
      twice = { product, shapeOf: (name) => source.inference.value(name).shape };
      this.twice.set(key, twice);
    }
    return twice;
  }

  private forBatch(size: number, rules: GradientRules | undefined): DifferentiableGraph {
    const key = `${size} ${rules}`;
    let sized = this.sized.get(key);
    if (!sized) {
      sized = new DifferentiableGraph(this.derivativeSource.withBatch(size), {
        blockedLayout: this.blockedLayout,
        ...(rules && { rules: rulesByName[rules] }),
      });
      this.sized.set(key, sized);
      // As many as there are sessions; one that is asked for again is made again.
      for (const old of this.sized.keys()) if (this.sized.size > openSessions) this.sized.delete(old);
    }
    return sized;
  }

  private open(graph: Graph, known?: Sizes): Promise<Session> {
    return this.opened(graph.encode(known));
  }

  private async opened(bytes: Uint8Array): Promise<Session> {
    try {
      return await this.openSession(bytes);
    } catch (error) {
      if (isDiagnosed(error)) throw error;
      throw errors.notRunnable(firstLineOf(error), error);
    }
  }

  /**
   * The first time the session of the file as it is gives way, which may have been good for nothing but to show that the model
   * runs: a program that only wants gradients then holds no second copy of the weights. It comes back when it is asked for.
   */
  private async openDerived(graph: Graph, known: Sizes): Promise<Session> {
    if (!this.forwardGaveWay) {
      this.forwardGaveWay = true;
      await this.sessions.drop(forwardSession);
    }
    return this.open(graph, known);
  }

  /** Runs as many times as a fixed batch asks for. */
  private async inBatches(
    session: Session,
    feeds: Feeds,
    numbers: Tensors,
    batch: number,
    fetch: readonly string[],
    size = this.fixedBatch ?? batch,
  ): Promise<Tensors> {
    const names = [...new Set(fetch)];
    const echoed = names.filter((name) => name in feeds);
    const asked = names.filter((name) => !(name in feeds));
    return {
      ...Object.fromEntries(echoed.map((name) => [name, feeds[name]!])),
      ...(await runInParts(session, { ...feeds, ...numbers }, asked, { batch, size, fedSizes: this.fedSizes })),
    };
  }

  /** Of outputs whose sizes are only known when they are computed; throws SIMILARITY_INVALID. */
  private async checkSimilarities(objective: Objective, feeds: Feeds): Promise<void> {
    if (objective.kind === 'sum') for (const { of } of objective.terms) await this.checkSimilarities(of, feeds);
    if (objective.kind !== 'similarity') return;
    const { [objective.output]: output } = await this.run(feeds, [objective.output]);
    similarityVectors(objective, output!.dims.slice(1));
  }

  private checkActivation(name: string, tensor: Tensor, batch: number): void {
    const layer = this.layers.find((candidate) => candidate.name === name) ?? this.otherTensor(name);
    if (!layer) throw this.differentiable.unknownTensor(name);
    checkActivation(layer, tensor, batch);
  }

  /** What a node computes that is no activation, such as a mask. */
  private otherTensor(name: string): TensorSpec | undefined {
    if (this.differentiable.graph.producerOf(name) === undefined) return undefined;
    const value = this.differentiable.outputValue(name);
    return value.type === undefined ? undefined : specOf(value);
  }

  private checkNames(names: readonly string[]): void {
    for (const name of names) {
      if (!this.differentiable.graph.isDefined(name)) throw this.differentiable.unknownTensor(name);
    }
  }

  private outputValue(name: string): Value {
    return this.source.outputs.find((output) => output.name === name) ?? this.differentiable.outputValue(name);
  }
}

function specOf({ name, type, shape }: Value): TensorSpec {
  return { name, type: (type ?? 'float32') as ElementType, dims: shape };
}
