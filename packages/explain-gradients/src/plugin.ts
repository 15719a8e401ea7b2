import { definePlugin, EXPLAINER } from '@understory/core';
import type { Contribution, Explainer, Options } from '@understory/core';
import { deepLift } from './deep-lift.ts';
import { fullGrad } from './full-grad.ts';
import { genericAttention } from './generic-attention.ts';
import { guidedBackpropagation } from './guided-backpropagation.ts';
import { inputXGradient } from './input-x-gradient.ts';
import { integratedGradients } from './integrated-gradients.ts';
import { lrp } from './lrp.ts';
import { name, version } from './manifest.ts';
import { saliency } from './saliency.ts';
import { smoothGrad } from './smooth-grad.ts';

const methods: readonly (Omit<Contribution, 'kind'> & { readonly make: (options: Options) => Explainer })[] = [
  {
    id: 'saliency',
    title: 'Saliency',
    description: "Takes the largest magnitude of the gradient among a pixel's channels.",
    reference: 'Simonyan et al. 2014, section 3.1',
    formula: String.raw`M(x, y) = \max_c \Bigl| \frac{\partial S}{\partial I_c(x, y)} \Bigr|`,
    make: () => saliency,
  },
  {
    id: 'smoothgrad',
    title: 'SmoothGrad',
    description: 'Averages the gradient over noisy copies of the image.',
    reference: 'Smilkov et al. 2017, section 2.2',
    formula: String.raw`M = \sum_c \Bigl| \frac{1}{n} \sum_{i=1}^{n} \frac{\partial S}{\partial I_c}(I + \varepsilon_i) \Bigr|, \quad \varepsilon_i \sim \mathcal{N}(0, \sigma^2)`,
    options: smoothGrad.options,
    make: smoothGrad.from,
  },
  {
    id: 'integrated-gradients',
    title: 'Integrated gradients',
    description:
      'Integrates the gradient on the way from a baseline to the image, so that the map adds up to the difference of the scores.',
    reference: 'Sundararajan et al. 2017, equation 1',
    formula: String.raw`M = \sum_c (I_c - I'_c) \, \frac{1}{n} \sum_{k=1}^{n} \frac{\partial S}{\partial I_c}\Bigl(I' + \tfrac{k - 1/2}{n} (I - I')\Bigr)`,
    options: integratedGradients.options,
    make: integratedGradients.from,
  },
  {
    id: 'input-x-gradient',
    title: 'Input x gradient',
    description: 'Multiplies each pixel with its gradient: its contribution to the score if the network were linear.',
    reference: 'Shrikumar et al. 2016',
    formula: String.raw`M = \sum_c I_c \odot \frac{\partial S}{\partial I_c}`,
    make: () => inputXGradient,
  },
  {
    id: 'guided-backpropagation',
    title: 'Guided backpropagation',
    description: 'Takes a gradient that passes a ReLU only where both it and the activation are positive.',
    reference: 'Springenberg et al. 2015, section 3.4',
    formula: String.raw`R^{l} = \mathbf{1}[A^{l} > 0] \odot \mathbf{1}[R^{l+1} > 0] \odot R^{l+1}, \quad M = \max_c |R^0_c|`,
    make: () => guidedBackpropagation,
  },
  {
    id: 'lrp',
    title: 'Layer-wise relevance propagation',
    description: 'Hands the score back layer by layer, to each input in proportion to what it adds to an output.',
    reference: 'Montavon et al. 2019, section 10.2',
    formula: String.raw`R_i = \sum_j \frac{(x_i w_{ij})^+}{\sum_{i'} (x_{i'} w_{i'j})^+} R_j, \quad M = \sum_c R^0_c`,
    options: lrp.options,
    make: lrp.from,
  },
  {
    id: 'deeplift',
    title: 'DeepLIFT',
    description:
      'Shares the difference of the scores of image and baseline, by the differences of activations (rescale rule).',
    reference: 'Shrikumar et al. 2017, section 3.5.1',
    formula: String.raw`M = \sum_c m_c (I_c - I'_c), \quad m_{t \to f(t)} = \frac{f(t) - f(t')}{t - t'}`,
    options: deepLift.options,
    make: deepLift.from,
  },
  {
    id: 'fullgrad',
    title: 'FullGrad',
    description: 'Adds the gradients of all biases, multiplied with them, to input x gradient.',
    reference: 'Srinivas and Fleuret 2019, equation 8',
    formula: String.raw`M = \psi\Bigl(\frac{\partial S}{\partial I} \odot I\Bigr) + \sum_{l, c} \psi\Bigl(\frac{\partial S}{\partial b_{l,c}} \odot b_{l,c}\Bigr), \quad \psi(z) = \mathrm{up}(\mathrm{rescale}(|z|))`,
    needs: ['gradients', 'graph'],
    options: fullGrad.options,
    make: fullGrad.from,
  },
  {
    id: 'generic-attention',
    title: 'Generic attention explainability',
    description: 'Rolls out the attention of a transformer, each weight counted as far as it raises the target.',
    reference: 'Chefer et al. 2021, equations 5 and 6',
    formula: String.raw`M = (R_L)_{\mathrm{cls}}, \quad R_l = R_{l-1} + \bar A_l R_{l-1}, \quad \bar A = \operatorname*{mean}_h \mathrm{ReLU}\Bigl(\frac{\partial S}{\partial A^h} \odot A^h\Bigr)`,
    needs: ['gradients', 'graph'],
    options: genericAttention.options,
    make: genericAttention.from,
  },
];

export default definePlugin({
  name,
  version,
  hostApi: '^1.0.0',
  provides: methods.map(({ make: _, ...method }) => ({ kind: 'explainer', needs: ['gradients'], ...method })),
  register(registry) {
    for (const { id, make } of methods) registry.bind(EXPLAINER, id, (_, options) => make(options));
  },
});
