import { definePlugin, EXPLAINER } from '@understory/core';
import type { Contribution, Explainer, Options } from '@understory/core';
import { ablationCam } from './ablation-cam.ts';
import { kernelShap } from './kernel-shap.ts';
import { lime } from './lime.ts';
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
    formula: String.raw`M = \frac{1}{N p} \sum_{i=1}^{N} S(I \odot m_i) \, m_i`,
    options: rise.options,
    make: rise.from,
  },
  {
    id: 'occlusion',
    title: 'Occlusion',
    description: 'Measures how far the score falls when a window of the image is filled with one colour.',
    reference: 'Zeiler and Fergus 2014, section 4.2',
    formula: String.raw`M(x, y) = \operatorname*{mean}_{w \ni (x, y)} \bigl[ S(I) - S(I \text{ without } w) \bigr]`,
    options: occlusion.options,
    make: occlusion.from,
  },
  {
    id: 'lime',
    title: 'LIME',
    description: 'Fits a linear model that predicts the score from which superpixels are left in the image.',
    reference: 'Ribeiro et al. 2016, equation 2',
    formula: String.raw`M = \operatorname*{arg\,min}_w \min_a \sum_z e^{-D(z)^2 / \sigma^2} \bigl( S(I_z) - a - w^\top z \bigr)^2 + \lambda \lVert w \rVert^2`,
    options: lime.options,
    make: lime.from,
  },
  {
    id: 'kernelshap',
    title: 'KernelSHAP',
    description:
      'Shares the score out among superpixels by their Shapley values, fitted to images without some of them.',
    reference: 'Lundberg and Lee 2017, theorem 2',
    formula: String.raw`M = \operatorname*{arg\,min}_{\sum_i \phi_i = S(I) - S(0)} \sum_z \frac{n - 1}{\binom{n}{|z|} |z| (n - |z|)} \bigl( S(I_z) - S(0) - \phi^\top z \bigr)^2`,
    options: kernelShap.options,
    make: kernelShap.from,
  },
  {
    id: 'scorecam',
    title: 'Score-CAM',
    description: 'Weighs channels by the score of the image masked by the activation of the channel.',
    reference: 'Wang et al. 2020, algorithm 1',
    formula: String.raw`M = \mathrm{ReLU}\Bigl(\sum_k w_k A_k\Bigr), \quad w = \operatorname{softmax}_k \bigl( S(I \odot s(\mathrm{up}(A_k))) - S(0) \bigr)`,
    options: scoreCam.options,
    make: scoreCam.from,
  },
  {
    id: 'ablationcam',
    title: 'Ablation-CAM',
    description: 'Weighs channels by the fraction of the score that is lost when they are set to zero.',
    reference: 'Desai and Ramaswamy 2020, section 3',
    formula: String.raw`M = \mathrm{ReLU}\Bigl(\sum_k w_k A_k\Bigr), \quad w_k = \frac{S - S_{A_k = 0}}{|S|}`,
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
