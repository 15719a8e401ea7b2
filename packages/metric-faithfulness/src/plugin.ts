import { definePlugin, METRIC } from '@understory/core';
import { complexityMetrics } from './contributions/complexity.ts';
import type { ContributedMetric } from './contributions/contributed-metric.ts';
import { faithfulnessMetrics } from './contributions/faithfulness.ts';
import { localisationMetrics } from './contributions/localisation.ts';
import { randomisationMetrics } from './contributions/randomisation.ts';
import { robustnessMetrics } from './contributions/robustness.ts';
import { name, version } from './manifest.ts';

const metrics: readonly ContributedMetric[] = [
  ...faithfulnessMetrics,
  ...localisationMetrics,
  ...robustnessMetrics,
  ...complexityMetrics,
  ...randomisationMetrics,
];

export default definePlugin({
  name,
  version,
  hostApi: '^1.0.0',
  provides: metrics.map(({ metric, ...rest }) => ({ kind: 'metric', ...rest, options: metric.options })),
  register(registry) {
    for (const { id, metric } of metrics) registry.bind(METRIC, id, (_, options) => metric.from(options));
  },
});
