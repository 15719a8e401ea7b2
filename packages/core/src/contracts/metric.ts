import type { Cancellation } from './cancellation.ts';
import type { HeatMap } from './explainer.ts';
import type { Tensors } from '../tensor/tensor.ts';
import type { Feeds, Model } from './model.ts';
import type { Objective } from './objective.ts';

/** A rectangle in pixels of the model's input, `x` and `y` its top left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface MetricRequest {
  readonly model: Model;
  readonly feeds: Feeds;
  /** The name of the input that takes the explained picture; where absent, the only one that can. */
  readonly image?: string;
  readonly objective: Objective;
  /**
   * The probability of what is explained, one a sample, in 0..1, given the tensors that the objective reads for those samples of the
   * batch; absent where the model gives none.
   */
  readonly probability?: (outputs: Tensors, samples: readonly number[]) => Float64Array;
  /** One map a sample, at the resolution of its explainer. */
  readonly maps: readonly HeatMap[];
  /** Where the explained thing is, one list a sample, for metrics that need it. */
  readonly boxes?: readonly (readonly Box[])[];
  /**
   * Which pixels of the input show the explained thing, one mask a sample: `[height, width]`, 1 where it is and 0 elsewhere; undefined of a sample of which
   * that is not known. For metrics that need it.
   */
  readonly objects?: readonly (Uint8Array | undefined)[];
  /**
   * The same explainer with the same settings on other feeds, another model or for another objective of the request's model, for metrics that ask how a
   * map changes.
   */
  readonly explain?: (changed: {
    readonly model?: Model;
    readonly feeds?: Feeds;
    readonly objective?: Objective;
  }) => Promise<readonly HeatMap[]>;
  readonly seed: number;
  readonly signal?: Cancellation;
}

/** A measured curve: one score for each share of the pixels changed, both in the order of `x`. */
export interface Curve {
  /** Shares in 0..1, ascending. */
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** The reason of a metric that is not defined because the heat map is the same everywhere; summaries count such images apart. */
export const flatMap = 'the heat map is the same everywhere';

/** What a metric found for one sample. */
export interface Measurement {
  /** Undefined where the metric is not defined for this sample; `reason` says why. */
  readonly value: number | undefined;
  readonly reason?: string;
  readonly curve?: Curve;
  /** Further numbers under stable names, such as the spread over repeats. */
  readonly details?: Readonly<Record<string, number>>;
}

/** A figure of merit of heat maps that declares how to read it. */
export interface Metric {
  readonly better: 'higher' | 'lower' | 'neither';
  /** The values it can take, ends included. */
  readonly range: readonly [low: number, high: number];
  /** `binary` where each value is 0 or 1, so that their mean is a share of the images; any number of the range where absent. */
  readonly values?: 'binary';
  /** What it asks of the request beyond model, feeds, objective and maps. */
  readonly needs?: readonly ('boxes' | 'objects' | 'explain' | 'randomised')[];
  /** One measurement a sample, in the order of the batch. */
  evaluate(request: MetricRequest): Promise<readonly Measurement[]>;
}
