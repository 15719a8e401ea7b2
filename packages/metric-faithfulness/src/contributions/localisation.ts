import { attributionLocalisation } from '../localisation/attribution-localisation.ts';
import { pointingGame } from '../localisation/pointing-game.ts';
import { relevanceMassAccuracy } from '../localisation/relevance-mass-accuracy.ts';
import { relevanceRankAccuracy } from '../localisation/relevance-rank-accuracy.ts';
import { topKIntersection } from '../localisation/top-k-intersection.ts';
import { quantusAttributionLocalisation, quantusRelevanceMassAccuracy, quantusTopKIntersection } from '../presets.ts';
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
  {
    id: 'relevance-mass-accuracy',
    title: 'Relevance mass accuracy',
    description: 'Measures which part of the map lies on the object.',
    reference: 'Arras et al. 2022',
    formula: String.raw`\frac{\sum_{i \in O} M_i}{\sum_i M_i}, \quad O: \text{the pixels of the object}`,
    presets: { quantus: quantusRelevanceMassAccuracy },
    metric: relevanceMassAccuracy,
  },
  {
    id: 'relevance-rank-accuracy',
    title: 'Relevance rank accuracy',
    description: 'Measures which fraction of the most important pixels lie on the object, as many as it has.',
    reference: 'Arras et al. 2022',
    formula: String.raw`\frac{|\operatorname{top}_{|O|}(M) \cap O|}{|O|}`,
    metric: relevanceRankAccuracy,
  },
  {
    id: 'attribution-localisation',
    title: 'Attribution localisation',
    description:
      'Measures which part of the positive values of the map lies on the object, relative to its size if asked.',
    reference: 'Kohlbrenner et al. 2020',
    formula: String.raw`\frac{\sum_{i \in O} M_i^+}{\sum_i M_i^+}, \quad \text{weighted: times } \frac{n}{|O|}`,
    presets: { quantus: quantusAttributionLocalisation },
    metric: attributionLocalisation,
  },
  {
    id: 'top-k-intersection',
    title: 'Top-k intersection',
    description:
      'Measures which fraction of the k most important pixels lies on the object, relative to its size if asked.',
    reference: 'Theiner et al. 2022',
    formula: String.raw`\frac{|\operatorname{top}_{k}(M) \cap O|}{k}, \quad \text{weighted: times } \frac{n}{|O|}`,
    presets: { quantus: quantusTopKIntersection },
    metric: topKIntersection,
  },
];
