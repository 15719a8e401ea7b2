import type { Tensor, Tensors } from '../tensor/tensor.ts';
import type { TensorSpec } from '../tensor/tensor-spec.ts';
import type { GraphView } from './graph.ts';
import type { Objective, ObjectiveForm } from './objective.ts';
import type { CompiledProgram, Program } from './program.ts';

/** An activation that can be asked for by name or by module path. */
export interface LayerSpec extends TensorSpec {
  /** The operator that computes it, in ONNX vocabulary. */
  readonly operator: string;
  /** The modules whose output this is, as the exporter wrote them (`layer4.2`), outermost first; empty where none is known. */
  readonly modules: readonly string[];
}

/** Input tensors by name; the first dimension of each is the batch. */
export type Feeds = Tensors;

/** What a model runs on, for the record that every result carries. */
export interface ModelOrigin {
  readonly backend: string;
  /** What it was opened on, or what has run it so far where that is known: `webgpu and wasm` where one went on for the other. */
  readonly executionProvider: string;
  /** SHA-256 of the model file's bytes in hexadecimal. */
  readonly sha256: string;
  /** Anything a user should know of how it runs: a provider that was tried and failed, a batch that is fed one sample at a time. */
  readonly remarks: readonly string[];
}

/** An opened network; the backend behind it is invisible. */
export interface Model {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** Every addressable activation in execution order. */
  readonly layers: readonly LayerSpec[];
  readonly origin: ModelOrigin;
  readonly graph?: GraphView;
  /** What the file says of itself beside the network, such as the `metadata_props` of ONNX, as `fileMetadata` keeps it; absent where the format has no such place. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** The layers whose operators read learned weights, by tensor name in execution order: those that `randomised` can re-initialise. */
  readonly weightedLayers?: readonly string[];
  /**
   * The same network with the weights of some layers re-initialised, each from the normal distribution with that weight's own mean
   * and deviation as `redrawn` does; the caller closes it. Layers by tensor name: the weights that their operators read.
   */
  randomised?(options: { readonly layers: readonly string[]; readonly seed: number }): Promise<Model>;
  /** The named outputs or layers for these inputs. */
  run(feeds: Feeds, fetch: readonly string[]): Promise<Tensors>;
  /**
   * The same when some layers, by tensor name, are given values instead of computing them; those have the batch of `feeds`. Backends that show a graph may
   * take other tensors that its nodes compute too, such as masks.
   */
  runFrom?(feeds: Feeds, activations: Tensors, fetch: readonly string[]): Promise<Tensors>;
  /** Opens what a deferred opening left; whatever the runtime refuses is thrown, as `Backend.open` throws it otherwise. */
  ready?(): Promise<void>;
  /**
   * Gives back what the model holds, once its runs have ended; closing again does nothing. Afterwards whatever would compute throws
   * MODEL_CLOSED, and what describes the model can still be read. Another opening of the same file is not touched.
   */
  close(): Promise<void>;
}

/**
 * What stands in for derivatives on the way back: `guided` lets through a ReLU only what is positive on both ways
 * (Springenberg et al. 2015, section 3.4); those of layer-wise relevance propagation hand back relevance divided by the value that has it, by the epsilon rule, by z+ and by
 * alpha-beta with alpha 2 and beta 1 (Montavon et al. 2019, section 10.2); that of DeepLIFT multiplies by quotients of differences from a reference (Shrikumar et al. 2017, section 3.5.1).
 */
export type GradientRules = 'guided' | 'lrp-epsilon' | 'lrp-z-plus' | 'lrp-alpha-beta' | 'deeplift-rescale';

export interface DifferentiateRequest {
  readonly feeds: Feeds;
  readonly objective: Objective;
  /** Inputs or layers, by tensor name. */
  readonly withRespectTo: readonly string[];
  /** Outputs or layers to hand back from the same pass. */
  readonly fetch?: readonly string[];
  /** One of the model's `gradientRules`; derivatives where absent. */
  readonly rules?: GradientRules;
  /** What `deeplift-rescale` compares feeds with: some inputs once more, as they are fed. */
  readonly reference?: Feeds;
}

export interface HessianProductRequest {
  readonly feeds: Feeds;
  readonly objective: Objective;
  /** An input or layer, by tensor name. */
  readonly withRespectTo: string;
  /** What the Hessian is multiplied with, shaped as that tensor. */
  readonly direction: Tensor;
}

export interface Derivative {
  /** The objective of each sample, `[N]`. */
  readonly value: Float32Array;
  /** One gradient a name of `withRespectTo`, shaped as that tensor. */
  readonly gradients: Tensors;
  readonly fetched: Tensors;
}

export interface DifferentiableModel extends Model {
  /** The rules beside derivatives that `differentiate` can be asked for; none where absent. */
  readonly gradientRules?: readonly GradientRules[];
  /** One forward and one backward pass; gradients are of the summed objective, so samples do not mix. Throws RULES_UNSUPPORTED for rules that are not among `gradientRules`. */
  differentiate(request: DifferentiateRequest): Promise<Derivative>;
  /**
   * The Hessian of the summed objective with respect to one tensor, multiplied with a direction, shaped as that tensor: the derivative of `differentiate`'s gradient along it. Zeros where
   * the gradient does not depend on the tensor, as behind ReLUs alone. Throws what `differentiate` throws.
   */
  hessianProduct?(request: HessianProductRequest): Promise<Tensor>;
  /** A computation around the model made ready to run, gradients included; the caller closes it. Throws PROGRAM_INVALID, UNKNOWN_LAYER and what `differentiate` throws. */
  compile?(program: Program): Promise<CompiledProgram>;
  /**
   * Says what `differentiate` will be asked for, before anything is run: `run` of what `fetch` names then comes from the same session where the backend
   * can do so, and the weights are in memory once. Nothing but time and memory changes. `ready` opens that session where the number of samples is said.
   */
  foresee?(request: DifferentiatedFileRequest, samples?: number): void;
  /** The gradients as a model file of the backend's own format, where it has one; it was opened once before it is handed out. */
  differentiatedFile?(request: DifferentiatedFileRequest): Promise<DifferentiatedFile>;
  /** Whether gradients of `output` reach `tensor`, told before anything runs; a reason where they do not. */
  differentiability(output: string, tensor: string): Differentiability;
}

export interface DifferentiatedFileRequest {
  readonly objective: ObjectiveForm;
  /** Inputs or layers, by tensor name. */
  readonly withRespectTo: readonly string[];
  /** Outputs or layers to keep beside the gradients. */
  readonly fetch?: readonly string[];
}

/** A model that computes an objective and its gradients, as a file that needs nothing of ours to run. */
export interface DifferentiatedFile {
  readonly bytes: Uint8Array;
  /** What is fed beside the model's own inputs: class indices, targets, cotangents, weights of terms. */
  readonly objectiveInputs: readonly TensorSpec[];
  /** The output `[N]` that holds the objective. */
  readonly value: string;
  /** The output that holds the gradient of each tensor asked for. */
  readonly gradients: Readonly<Record<string, string>>;
}

export type Differentiability =
  | { readonly differentiable: true }
  | {
      readonly differentiable: false;
      /** `operator`: the path crosses one without a gradient; `noPath`: the output does not depend on the tensor. */
      readonly reason: 'operator' | 'noPath';
      readonly message: string;
    };

export function isDifferentiable(model: Model): model is DifferentiableModel {
  return 'differentiate' in model;
}

/** Where a model's bytes come from. */
export type ModelSource =
  | { readonly kind: 'file'; readonly path: string }
  | {
      readonly kind: 'bytes';
      readonly bytes: Uint8Array;
      /** External data files by the relative path that the model names. */
      readonly externalData?: Readonly<Record<string, Uint8Array>>;
    };

export interface OpenOptions {
  /** Devices in order of preference: `cpu`, `cuda`, `webgpu`; the first that works is used and reported in `origin`. */
  readonly devices?: readonly string[];
  /** Threads inside one operator; the backend's own choice where absent. */
  readonly threads?: number;
  /** What models of half precision are differentiated in: `float32` (the default, small gradients survive) or as the `model` itself. */
  readonly gradientPrecision?: 'float32' | 'model';
  /** Whether the runtime may wait with opening the model until something is run, so that it is opened for what that is; what the runtime refuses, and the digest in `origin`, are told by `ready`. */
  readonly isDeferred?: boolean;
}

/** Opens models of the formats it knows. */
export interface Backend {
  /** Whether this backend reads such a file, judged by its name or first bytes. */
  accepts(source: ModelSource): boolean;
  /** Whether a file that it accepts is in a format of its own; where absent all are. Of a model in several formats it is given such a one. */
  isNative?(source: ModelSource): boolean;
  open(source: ModelSource, options?: OpenOptions): Promise<Model>;
}

/** The batch size that feeds carry; throws a RangeError where they disagree or are scalars. */
export function batchOf(feeds: Feeds): number {
  const sizes = new Set(Object.values(feeds).map((tensor: Tensor) => tensor.dims[0]));
  const [batch] = sizes;
  if (sizes.size !== 1 || batch === undefined) {
    throw new RangeError(`the inputs disagree on the batch size: ${[...sizes].join(', ')}`);
  }
  return batch;
}
