import { pointingGame } from '../pointing-game.ts';
import type { ContributedMetric } from './contributed-metric.ts';

/** Metrics that ask whether the map lies on the object. */
export const localisationMetrics: readonly ContributedMetric[] = [
  {
    id: 'pointing-game',
    title: 'Pointing game',
    description: 'Tells whether the highest pixel lies in or near a box of the labelled object.',
    reference: 'Zhang et al. 2018, section 5.2',
    formula: String.raw`\mathbf{1}\bigl[ d(\arg\max M, \text{boxes}) \le \text{tolerance} \bigr]`,
    metric: pointingGame,
  },
];
