import { quantusRandomLogit } from '../presets.ts';
import { randomLogit } from '../randomisation/random-logit.ts';
import { sanity } from '../randomisation/sanity.ts';
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
  {
    id: 'random-logit',
    title: 'Random logit',
    description: 'Measures how alike the maps of the explained class and of another class are.',
    reference: 'Sixt et al. 2020',
    formula: String.raw`\operatorname*{mean}_{c' \ne c} \; \operatorname{SSIM}\bigl( M_c, M_{c'} \bigr), \quad c': \text{classes drawn at random}`,
    presets: { quantus: quantusRandomLogit },
    metric: randomLogit,
  },
];
