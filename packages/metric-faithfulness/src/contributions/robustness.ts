import { maxSensitivity } from '../robustness/max-sensitivity.ts';
import type { ContributedMetric } from './contributed-metric.ts';

/** Metrics that ask how a map changes with the image. */
export const robustnessMetrics: readonly ContributedMetric[] = [
  {
    id: 'max-sensitivity',
    title: 'Max-sensitivity',
    description: 'Measures how much the map changes under imperceptible noise.',
    reference: 'Yeh et al. 2019, definition 3',
    formula: String.raw`\max_{\lVert \delta \rVert_\infty \le r} \frac{\lVert M(I + \delta) - M(I) \rVert_2}{\lVert M(I) \rVert_2}`,
    metric: maxSensitivity,
  },
];
