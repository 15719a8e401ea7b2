import { definePlugin, EXPLAINER } from '@understory/core';
import type { Contribution, Explainer, Options } from '@understory/core';
import { ablationCam } from './ablation-cam.ts';
import { name, version } from './manifest.ts';
import { occlusion } from './occlusion.ts';
import { rise } from './rise.ts';
import { scoreCam } from './score-cam.ts';

const methods: readonly (Omit<Contribution, 'kind'> & { readonly make: (options: Options) => Explainer })[] = [
  {
    id: 'rise',
    title: 'RISE',
    description: 'Averages random masks, each weighted by the score of the image seen through it.',
    reference: 'Petsiuk et al. 2018, equation 6',
    options: rise.options,
    make: rise.from,
  },
  {
    id: 'occlusion',
    title: 'Occlusion',
    description: 'Measures how far the score falls when a window of the image is filled with one colour.',
    reference: 'Zeiler and Fergus 2014, section 4.2',
    options: occlusion.options,
    make: occlusion.from,
  },
  {
    id: 'scorecam',
    title: 'Score-CAM',
    description: 'Weighs channels by the score of the image masked by the activation of the channel.',
    reference: 'Wang et al. 2020, algorithm 1',
    options: scoreCam.options,
    make: scoreCam.from,
  },
  {
    id: 'ablationcam',
    title: 'Ablation-CAM',
    description: 'Weighs channels by the fraction of the score that is lost when they are set to zero.',
    reference: 'Desai and Ramaswamy 2020, section 3',
    options: ablationCam.options,
    make: ablationCam.from,
  },
];

export default definePlugin({
  name,
  version,
  hostApi: '^1.0.0',
  provides: methods.map(({ make: _, ...method }) => ({ kind: 'explainer', isSlow: true, ...method })),
  register(registry) {
    for (const { id, make } of methods) registry.bind(EXPLAINER, id, (_, options) => make(options));
  },
});
