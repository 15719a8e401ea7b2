import type { Cancellation } from './cancellation.ts';
import type { HeatMap } from './explainer.ts';
import type { Feeds, Model } from './model.ts';
import type { Objective } from './objective.ts';

export interface MetricRequest {
  readonly model: Model;
  readonly feeds: Feeds;
  readonly objective: Objective;
  /** One map a sample. */
  readonly maps: readonly HeatMap[];
  readonly seed: number;
  readonly signal?: Cancellation;
}

/** A figure of merit of heat maps that declares how to read it. */
export interface Metric {
  readonly better: 'higher' | 'lower' | 'neither';
  /** The values it can take, ends included. */
  readonly range: readonly [low: number, high: number];
  /** One value a sample, and the curve behind it where there is one. */
  evaluate(request: MetricRequest): Promise<readonly { readonly value: number; readonly curve?: Float32Array }[]>;
}
