import type { PixelClassifier } from '../pixel-classifier.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Cancellation } from './cancellation.ts';
import type { Explainer } from './explainer.ts';
import type { Experiment } from './experiment.ts';

/** What a probe concluded, with the interval that says how sure it may be. */
export interface Verdict {
  readonly statement: string;
  readonly estimate: number;
  readonly interval: readonly [low: number, high: number];
}

/** An image as a probe is given it. */
export interface ProbeItem {
  readonly id: string;
  /** What the network would see, before normalisation: `[1, 3, H, W]` in 0..1. */
  readonly pixels: Tensor<'float32'>;
  /** The class of the label, where there is one that the model knows. */
  readonly label?: number;
}

export interface ProbeRequest {
  readonly classifier: PixelClassifier;
  /** Explains what the model says, for probes that ask where it looks. */
  readonly explainer?: { readonly name: string; readonly explainer: Explainer; readonly layer?: string };
  readonly seed: number;
  readonly signal?: Cancellation;
  /** Told of pictures worth keeping, each `[1, 3, H, W]` in 0..1 under a stable name. */
  readonly keep?: (item: string, name: string, pixels: Tensor<'float32'>) => Promise<void>;
}

/** A question put to a model over a data set. */
export interface Probe<Row = unknown, Summary extends { readonly verdict: Verdict } = { readonly verdict: Verdict }> {
  experiment(request: ProbeRequest): Experiment<ProbeItem, Row, Summary>;
}
