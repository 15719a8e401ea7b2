import { continuity } from '../robustness/continuity.ts';
import { localLipschitz } from '../robustness/local-lipschitz.ts';
import { quantusContinuity, quantusLocalLipschitz } from '../presets.ts';
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
  {
    id: 'local-lipschitz',
    title: 'Local Lipschitz estimate',
    description: 'Measures how fast the map changes under noise, relative to the change of the image.',
    reference: 'Alvarez-Melis and Jaakkola 2018b',
    formula: String.raw`\max_{\delta} \frac{\lVert M(I + \delta) - M(I) \rVert_2}{\lVert \delta \rVert_2}, \quad \delta \sim \mathcal{N}(0, \sigma^2)`,
    presets: { quantus: quantusLocalLipschitz },
    metric: localLipschitz,
  },
  {
    id: 'continuity',
    title: 'Continuity',
    description: 'Measures how abruptly the map changes when the image is shifted sideways.',
    reference: 'Montavon et al. 2018, section 7.1',
    formula: String.raw`\max_{t} \frac{\lVert M(I_t) - M(I) \rVert_1}{\lVert I_t - I \rVert_2}, \quad I_t: \text{the image shifted by } t \text{ pixels}`,
    presets: { quantus: quantusContinuity },
    metric: continuity,
  },
];
