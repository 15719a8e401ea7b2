import type { ProbeEstimate } from '@understory/core';
import type { EstimateOf, NamedGroup } from './charts.ts';
import type { Measure } from './measures.ts';

/** Some measures of all questions that have them. */
export function estimatesOf(
  of: readonly Measure[],
  groups: readonly NamedGroup[],
  estimateOf: EstimateOf,
): readonly ProbeEstimate[] {
  return groups.flatMap(({ title: condition, group }) =>
    of.flatMap((measure): readonly ProbeEstimate[] => {
      const estimate = estimateOf(group, measure);
      const { id, title, unit } = measure;
      return estimate.n === 0 ? [] : [{ measure: id, title, condition, ...estimate, unit }];
    }),
  );
}
