import { definePlugin, EXPLAINER } from '@understory/core';
import type { Contribution, Explainer, Options } from '@understory/core';
import { attentionRollout } from './attention-rollout.ts';
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
    options: cam.options,
    make: cam.from,
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
  {
    id: 'attention-rollout',
    title: 'Attention rollout',
    description:
      'Follows the attention of all layers of a transformer back to the tokens of the image, whatever the target is.',
    reference: 'Abnar and Zuidema 2020, equation 1',
    formula: String.raw`M = \bigl( \tilde A_L \cdots \tilde A_1 \bigr)_{\mathrm{cls}}, \quad \tilde A_l = \tfrac12 (\operatorname*{mean}_h A_l^h + I)`,
    needs: ['graph'],
    options: attentionRollout.options,
    make: attentionRollout.from,
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
