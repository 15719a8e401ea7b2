import { sanity } from '../sanity.ts';
import type { ContributedMetric } from './contributed-metric.ts';

/** Metrics that ask whether a map changes with what it explains. */
export const randomisationMetrics: readonly ContributedMetric[] = [
  {
    id: 'sanity',
    title: 'Sanity check',
    description: 'Measures how much of the map survives when weights are re-initialised, from the output backwards.',
    reference: 'Adebayo et al. 2018, section 3.1',
    formula: String.raw`\operatorname*{mean}_{s} \; \rho\bigl( M_{\theta}, M_{\theta_s} \bigr), \quad \theta_s: \text{the last layers re-initialised}`,
    metric: sanity,
  },
];
