import { definePlugin, EXPLAINER } from '@understory/core';
import type { Contribution, Explainer, Options, Resolve } from '@understory/core';
import { centre } from './centre.ts';
import { name, version } from './manifest.ts';
import { random } from './random.ts';
import { randomised } from './randomised.ts';
import { sobel } from './sobel.ts';

type Baseline = Omit<Contribution, 'kind'> & {
  readonly make: (resolve: Resolve, options: Options) => Explainer;
};

const baselines: readonly Baseline[] = [
  {
    id: 'random',
    title: 'Random',
    description: 'Draws a random number for every pixel of every image.',
    make: () => random,
  },
  {
    id: 'centre',
    title: 'Centre',
    description: 'Draws a Gaussian around the middle of the image.',
    reference: 'Judd et al. 2009',
    formula: String.raw`M(x, y) = \exp\Bigl( -\frac{1}{2 \sigma^2} \Bigl( \frac{d_x^2}{w^2} + \frac{d_y^2}{h^2} \Bigr) \Bigr)`,
    options: centre.options,
    make: (_, options) => centre.from(options),
  },
  {
    id: 'sobel',
    title: 'Sobel',
    description: 'Shows the edges of the image.',
    reference: 'Sobel and Feldman 1968',
    formula: String.raw`M = \operatorname*{mean}_c \sqrt{(K * I_c)^2 + (K^{\top} * I_c)^2}, \quad K = [1, 2, 1]^{\top} [-1, 0, 1]`,
    make: () => sobel,
  },
  {
    id: 'randomised',
    title: 'Randomised weights',
    description: 'Applies another explainer to the network with all its weights re-initialised.',
    reference: 'Adebayo et al. 2018, section 3',
    options: {
      explainer: {
        type: 'text',
        default: 'gradcam',
        description: 'The id of the explainer that is applied, with its default settings.',
      },
    },
    make: (resolve, { explainer }) => randomised(resolve(EXPLAINER, String(explainer))),
  },
];

export default definePlugin({
  name,
  version,
  hostApi: '^1.0.0',
  provides: baselines.map(({ make: _, ...baseline }) => ({ kind: 'explainer', isBaseline: true, ...baseline })),
  register(registry) {
    for (const { id, make } of baselines) registry.bind(EXPLAINER, id, make);
  },
});
