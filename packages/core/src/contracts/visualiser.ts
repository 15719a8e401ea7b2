import type { PixelSubject } from '../pixel-subject.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Cancellation } from './cancellation.ts';

/**
 * What a picture is to maximise: the sum over these outputs and layers of their elements times weights, `[1, ...]` in the shape of one
 * sample. The mean of a channel is one over its positions in that channel and 0 elsewhere; the score of a class is a single 1.
 */
export type VisualisedGoal = Readonly<Record<string, Tensor<'float32'>>>;

export interface VisualisationRequest {
  readonly subject: PixelSubject;
  readonly goal: VisualisedGoal;
  /** Of everything that is drawn: the same seed gives the same picture. */
  readonly seed: number;
  readonly signal?: Cancellation;
  /** Told after each step. */
  readonly progress?: (done: number, total: number) => void;
}

export interface Visualisation {
  /** `[1, C, H, W]` in 0..1. */
  readonly pixels: Tensor<'float32'>;
  /** What the goal is for these pixels as they are, without what the ascent does to them on the way. */
  readonly value: number;
  /** What the goal was at each step, of the pixels as the step saw them. */
  readonly trajectory: readonly number[];
  /** What a reader should know, such as gradients that vanish. */
  readonly warnings: readonly string[];
}

/** Makes a picture that a part of a model responds to. */
export interface Visualiser {
  /** Throws CAPABILITY_MISSING where the model cannot be differentiated so, and NOT_DIFFERENTIABLE. */
  visualise(request: VisualisationRequest): Promise<Visualisation>;
}
