import {
  type Contribution,
  definePlugin,
  METRIC,
  type Metric,
  type Options,
  type OptionSchema,
} from '@understory/core';
import { averageDrop } from './average-drop.ts';
import { deletion } from './deletion.ts';
import { increaseInConfidence } from './increase-in-confidence.ts';
import { insertion } from './insertion.ts';
import { name, version } from './manifest.ts';
import { maxSensitivity } from './max-sensitivity.ts';
import { pointingGame } from './pointing-game.ts';
import { paperDeletion, riseDeletion, riseInsertion } from './presets.ts';
import { road } from './road.ts';
import { sanity } from './sanity.ts';
import { sparseness } from './sparseness.ts';

const metrics: readonly (Omit<Contribution, 'kind' | 'options'> & {
  readonly metric: { readonly options: OptionSchema; from(given: Options): Metric };
})[] = [
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
    id: 'pointing-game',
    title: 'Pointing game',
    description: 'Tells whether the highest pixel lies in or near a box of the labelled object.',
    reference: 'Zhang et al. 2018, section 5.2',
    formula: String.raw`\mathbf{1}\bigl[ d(\arg\max M, \text{boxes}) \le \text{tolerance} \bigr]`,
    metric: pointingGame,
  },
  {
    id: 'max-sensitivity',
    title: 'Max-sensitivity',
    description: 'Measures how much the map changes under imperceptible noise.',
    reference: 'Yeh et al. 2019, definition 3',
    formula: String.raw`\max_{\lVert \delta \rVert_\infty \le r} \frac{\lVert M(I + \delta) - M(I) \rVert_2}{\lVert M(I) \rVert_2}`,
    metric: maxSensitivity,
  },
  {
    id: 'sparseness',
    title: 'Sparseness',
    description: 'Measures how concentrated the map is, by the Gini index.',
    reference: 'Chalasani et al. 2020, section 4.3',
    formula: String.raw`\frac{\sum_{i=1}^{n} (2 i - n - 1) \, |M|_{(i)}}{n \sum_{i=1}^{n} |M|_{(i)}}`,
    metric: sparseness,
  },
  {
    id: 'sanity',
    title: 'Sanity check',
    description: 'Measures how much of the map survives when weights are re-initialised, from the output backwards.',
    reference: 'Adebayo et al. 2018, section 3.1',
    formula: String.raw`\operatorname*{mean}_{s} \; \rho\bigl( M_{\theta}, M_{\theta_s} \bigr), \quad \theta_s: \text{the last layers re-initialised}`,
    metric: sanity,
  },
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
