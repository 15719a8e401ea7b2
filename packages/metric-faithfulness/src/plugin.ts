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
    presets: { paper: paperDeletion, rise: riseDeletion },
    baseline: { options: { order: 'random' }, inPresets: ['paper'] },
    metric: deletion,
  },
  {
    id: 'insertion',
    title: 'Insertion',
    description: 'Measures how fast the score rises when the most important pixels come first.',
    reference: 'Petsiuk et al. 2018, section 4.2',
    presets: { rise: riseInsertion },
    baseline: { options: { order: 'random' } },
    metric: insertion,
  },
  {
    id: 'road',
    title: 'ROAD',
    description: 'Imputes pixels from their surroundings and measures the change of the score.',
    reference: 'Rong et al. 2022, section 4.2',
    metric: road,
  },
  {
    id: 'average-drop',
    title: 'Average drop',
    description: 'Measures the relative drop of the probability when the image is masked with the map.',
    reference: 'Chattopadhay et al. 2018, section 5.1',
    metric: averageDrop,
  },
  {
    id: 'increase-in-confidence',
    title: 'Increase in confidence',
    description: 'Tells whether the probability rises when the image is masked with the map.',
    reference: 'Chattopadhay et al. 2018, section 5.1',
    metric: increaseInConfidence,
  },
  {
    id: 'pointing-game',
    title: 'Pointing game',
    description: 'Tells whether the highest pixel lies in or near a box of the labelled object.',
    reference: 'Zhang et al. 2018, section 5.2',
    metric: pointingGame,
  },
  {
    id: 'max-sensitivity',
    title: 'Max-sensitivity',
    description: 'Measures how much the map changes under imperceptible noise.',
    reference: 'Yeh et al. 2019, definition 3',
    metric: maxSensitivity,
  },
  {
    id: 'sparseness',
    title: 'Sparseness',
    description: 'Measures how concentrated the map is, by the Gini index.',
    reference: 'Chalasani et al. 2020, section 4.3',
    metric: sparseness,
  },
  {
    id: 'sanity',
    title: 'Sanity check',
    description: 'Measures how much of the map survives when weights are re-initialised, from the output backwards.',
    reference: 'Adebayo et al. 2018, section 3.1',
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
