import type { Contribution, Metric, Options, OptionSchema } from '@understory/core';

/** A metric with what a plugin says of it. */
export type ContributedMetric = Omit<Contribution, 'kind' | 'options'> & {
  readonly metric: { readonly options: OptionSchema; from(given: Options): Metric };
};
