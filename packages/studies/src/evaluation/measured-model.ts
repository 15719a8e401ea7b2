import type { Selection } from '@understory/core';
import type { Setup } from '../setup/setup.ts';
import type { NamedMetric } from './choose-metrics.ts';

/** What a metric measures on; one that re-initialises weights has the explainers explain that very model. */
export async function measuredModel({ metric, record }: NamedMetric, explainers: readonly Selection[], setup: Setup) {
  const drawsWeights = metric.needs?.includes('randomised') === true;
  const listed = setup.host.list('explainer');
  const needs = drawsWeights
    ? ['randomised' as const, ...explainers.flatMap(({ id }) => listed.find((each) => each.id === id)?.needs ?? [])]
    : [];
  return setup.subjectFor({ kind: 'metric', id: record.id, name: record.name, needs });
}
