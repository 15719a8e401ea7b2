import type { Dataset, DatasetItem } from './dataset.ts';
import type { Experiment } from './experiment.ts';
import type { Model } from './model.ts';

/** What a probe concluded, with the interval that says how sure it may be. */
export interface Verdict {
  readonly statement: string;
  readonly estimate: number;
  readonly interval: readonly [low: number, high: number];
}

/** A question put to a model over a data set. */
export interface Probe<Row = unknown, Summary extends { readonly verdict: Verdict } = { readonly verdict: Verdict }> {
  experiment(request: { readonly model: Model; readonly dataset: Dataset }): Experiment<DatasetItem, Row, Summary>;
}
