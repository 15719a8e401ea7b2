import { averageDrop } from '../average-drop.ts';
import { deletion } from '../deletion.ts';
import { faithfulnessCorrelation } from '../faithfulness-correlation.ts';
import { faithfulnessEstimate } from '../faithfulness-estimate.ts';
import { increaseInConfidence } from '../increase-in-confidence.ts';
import { infidelity } from '../infidelity.ts';
import { insertion } from '../insertion.ts';
import { monotonicity } from '../monotonicity.ts';
import { monotonicityCorrelation } from '../monotonicity-correlation.ts';
import {
  paperDeletion,
  quantusFaithfulnessCorrelation,
  quantusFaithfulnessEstimate,
  quantusInfidelity,
  quantusRegionPerturbation,
  riseDeletion,
  riseInsertion,
} from '../presets.ts';
import { regionPerturbation } from '../region-perturbation.ts';
import { road } from '../road.ts';
import type { ContributedMetric } from './contributed-metric.ts';

/** Metrics that ask what becomes of the score when the image changes as the map suggests. */
export const faithfulnessMetrics: readonly ContributedMetric[] = [
  {
    id: 'deletion',
    title: 'Deletion',
    description: 'Measures how fast the score falls when the most important pixels go first.',
    reference: 'Zheng, section 4.1; Petsiuk et al. 2018, section 4.2',
    formula: String.raw`\int_0^{f} \tilde{S}(I_q) \, dq, \quad I_q: \text{the first fraction } q \text{ of the pixels replaced}`,
    presets: { paper: paperDeletion, rise: riseDeletion },
    baseline: { options: { order: 'random' }, inPresets: ['paper'] },
    metric: deletion,
  },
  {
    id: 'insertion',
    title: 'Insertion',
    description: 'Measures how fast the score rises when the most important pixels come first.',
    reference: 'Petsiuk et al. 2018, section 4.2',
    formula: String.raw`\int_0^{f} \tilde{S}(I_q) \, dq, \quad I_q: \text{the first fraction } q \text{ of the pixels restored}`,
    presets: { rise: riseInsertion },
    baseline: { options: { order: 'random' } },
    metric: insertion,
  },
  {
    id: 'road',
    title: 'ROAD',
    description: 'Imputes pixels from their surroundings and measures the change of the score.',
    reference: 'Rong et al. 2022, section 4.2',
    formula: String.raw`\tfrac{1}{2} \operatorname*{mean}_q \bigl[ P(I \text{ without the least important } q) - P(I \text{ without the most important } q) \bigr]`,
    metric: road,
  },
  {
    id: 'average-drop',
    title: 'Average drop',
    description: 'Measures the relative drop of the probability when the image is masked with the map.',
    reference: 'Chattopadhay et al. 2018, section 5.1',
    formula: String.raw`\frac{\max(0, Y - O)}{Y}, \quad Y = P(I), \; O = P(I \odot M)`,
    metric: averageDrop,
  },
  {
    id: 'increase-in-confidence',
    title: 'Increase in confidence',
    description: 'Tells whether the probability rises when the image is masked with the map.',
    reference: 'Chattopadhay et al. 2018, section 5.1',
    formula: String.raw`\mathbf{1}[P(I \odot M) > P(I)]`,
    metric: increaseInConfidence,
  },
  {
    id: 'faithfulness-correlation',
    title: 'Faithfulness correlation',
    description: 'Correlates the sum of the map over random pixels with the fall of the score when they are replaced.',
    reference: 'Bhatt et al. 2020, definition 3',
    formula: String.raw`\operatorname*{corr}_{\mathcal{S}} \Bigl( \sum_{i \in \mathcal{S}} M_i, \; S(I) - S(I_{\setminus \mathcal{S}}) \Bigr), \quad |\mathcal{S}| = \text{subset}`,
    presets: { quantus: quantusFaithfulnessCorrelation },
    metric: faithfulnessCorrelation,
  },
  {
    id: 'faithfulness-estimate',
    title: 'Faithfulness estimate',
    description: 'Correlates the map over pixels of like importance with the fall of the score when they are replaced.',
    reference: 'Alvarez-Melis and Jaakkola 2018a, section 5',
    formula: String.raw`\operatorname*{corr}_{g} \Bigl( \sum_{i \in g} M_i, \; S(I) - S(I_{\setminus g}) \Bigr), \quad g: \text{groups of pixels in the order of } M`,
    presets: { quantus: quantusFaithfulnessEstimate },
    metric: faithfulnessEstimate,
  },
  {
    id: 'monotonicity',
    title: 'Monotonicity',
    description:
      'Tells whether the score never falls while pixels come into a perturbed image, the least important first.',
    reference: 'Arya et al. 2019; Luss et al. 2019',
    formula: String.raw`\mathbf{1}[S(I_{1}) \le S(I_{2}) \le \dots \le S(I_{K})], \quad I_k: \text{the first } k \text{ groups of pixels, ascending, restored}`,
    metric: monotonicity,
  },
  {
    id: 'monotonicity-correlation',
    title: 'Monotonicity correlation',
    description:
      'Ranks groups of pixels by the size of the map and by how far the score strays when they change, and correlates the ranks.',
    reference: 'Nguyen and Martínez 2020',
    formula: String.raw`\rho_g \Bigl( \sum_{i \in g} |M_i|, \; \operatorname*{mean}_v \bigl[ S(I_{g = v}) - S(I) \bigr]^2 \Bigr)`,
    metric: monotonicityCorrelation,
  },
  {
    id: 'infidelity',
    title: 'Infidelity',
    description:
      'Measures the error of the map as a linear model of what replacing squares of the image does to the score.',
    reference: 'Yeh et al. 2019, equation 1',
    formula: String.raw`\operatorname*{mean}_{c} \bigl( \beta \, \delta_c \cdot M - [S(I) - S(I - \delta_c)] \bigr)^2, \quad \delta_c: \text{what square } c \text{ loses}`,
    presets: { quantus: quantusInfidelity },
    metric: infidelity,
  },
  {
    id: 'region-perturbation',
    title: 'Region perturbation',
    description:
      'Measures how far the score falls on average while squares of the image are replaced in the order of the map.',
    reference: 'Samek et al. 2017, section III',
    formula: String.raw`\frac{1}{L + 1} \sum_{k=0}^{L} \bigl[ S(I) - S(I_k) \bigr], \quad I_k: \text{the first } k \text{ squares replaced}`,
    presets: { quantus: quantusRegionPerturbation },
    baseline: { options: { order: 'random' } },
    metric: regionPerturbation,
  },
];
