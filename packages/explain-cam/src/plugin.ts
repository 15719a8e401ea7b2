import { definePlugin, EXPLAINER } from '@understory/core';
import type { Contribution, Explainer, Options } from '@understory/core';
import { cam } from './cam.ts';
import { eigenCam } from './eigen-cam.ts';
import { name, version } from './manifest.ts';

const methods: readonly (Omit<Contribution, 'kind'> & { readonly make: (options: Options) => Explainer })[] = [
  {
    id: 'cam',
    title: 'CAM',
    description:
      'Weighs the channels that are pooled as the linear layer behind the pooling weighs them; exact, no gradients.',
    reference: 'Zhou et al. 2016, equation 2',
    formula: String.raw`M(x, y) = \sum_k w_k \, A_k(x, y)`,
    needs: ['graph'],
    make: () => cam,
  },
  {
    id: 'eigencam',
    title: 'Eigen-CAM',
    description: 'Projects the activations of a layer on their first principal axis, whatever the target is.',
    reference: 'Muhammad and Yeasin 2020, equations 2 and 3',
    formula: String.raw`M = \mathrm{ReLU}(A v_1), \quad A = U \Sigma V^{\top} \in \mathbb{R}^{hw \times K}`,
    options: eigenCam.options,
    make: eigenCam.from,
  },
];

export default definePlugin({
  name,
  version,
  hostApi: '^1.0.0',
  provides: methods.map(({ make: _, ...method }) => ({ kind: 'explainer', ...method })),
  register(registry) {
    for (const { id, make } of methods) registry.bind(EXPLAINER, id, (_, options) => make(options));
  },
});
