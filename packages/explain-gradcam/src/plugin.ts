import { definePlugin, EXPLAINER } from '@understory/core';
import type { Contribution, Explainer, Options } from '@understory/core';
import { deepFeatureFactorization } from './deep-feature-factorization.ts';
import { eigenGradCam } from './eigen-grad-cam.ts';
import { gradCam } from './grad-cam.ts';
import { gradCamPlusPlus } from './grad-cam-plus-plus.ts';
import { hiResCam } from './hires-cam.ts';
import { layerCam } from './layer-cam.ts';
import { name, version } from './manifest.ts';
import { shapleyCam } from './shapley-cam.ts';
import { xGradCam } from './x-grad-cam.ts';

const methods: readonly (Omit<Contribution, 'kind' | 'needs'> & { readonly make: (options: Options) => Explainer })[] =
  [
    {
      id: 'gradcam',
      title: 'Grad-CAM',
      description: 'Weighs the channels of a layer by their mean gradient.',
      reference: 'Selvaraju et al. 2017, equations 1 and 2',
      formula: String.raw`M = \mathrm{ReLU}\Bigl(\sum_k \alpha_k A_k\Bigr), \quad \alpha_k = \frac{1}{Z} \sum_{x, y} \frac{\partial S}{\partial A_k(x, y)}`,
      options: gradCam.options,
      make: gradCam.from,
    },
    {
      id: 'gradcam++',
      title: 'Grad-CAM++',
      description: 'Weighs channels by their positive gradients, so that several instances of a class all show.',
      reference: 'Chattopadhay et al. 2018, equations 5, 7 and 19',
      formula: String.raw`M = \mathrm{ReLU}\Bigl(\sum_k w_k A_k\Bigr), \quad w_k = \sum_{x, y} \frac{G_k^2}{2 G_k^2 + G_k^3 \sum_{x, y} A_k} \, \mathrm{ReLU}(G_k)`,
      options: gradCamPlusPlus.options,
      make: gradCamPlusPlus.from,
    },
    {
      id: 'layercam',
      title: 'LayerCAM',
      description: 'Weighs every position by its own positive gradient, so that early layers give fine maps.',
      reference: 'Jiang et al. 2021, equations 6 to 8',
      formula: String.raw`M = \mathrm{ReLU}\Bigl(\sum_k \mathrm{ReLU}(G_k) \odot A_k\Bigr), \quad G_k = \frac{\partial S}{\partial A_k}`,
      options: layerCam.options,
      make: layerCam.from,
    },
    {
      id: 'hirescam',
      title: 'HiResCAM',
      description: 'Weighs every position by its own gradient, which shows only what raises the target score.',
      reference: 'Draelos and Carin 2020',
      formula: String.raw`M = \mathrm{ReLU}\Bigl(\sum_k G_k \odot A_k\Bigr), \quad G_k = \frac{\partial S}{\partial A_k}`,
      options: hiResCam.options,
      make: hiResCam.from,
    },
    {
      id: 'xgradcam',
      title: 'XGrad-CAM',
      description: 'Weighs channels by their gradients, averaged with their activations as weights.',
      reference: 'Fu et al. 2020, equation 8',
      formula: String.raw`M = \mathrm{ReLU}\Bigl(\sum_k w_k A_k\Bigr), \quad w_k = \frac{\sum_{x, y} G_k A_k}{\sum_{x, y} A_k}`,
      options: xGradCam.options,
      make: xGradCam.from,
    },
    {
      id: 'shapleycam',
      title: 'Shapley-CAM',
      description: 'Weighs channels by their Shapley values, taken from first and second derivatives of the score.',
      reference: 'Cai 2025',
      formula: String.raw`M = \mathrm{ReLU}\Bigl(\sum_k w_k A_k\Bigr), \quad w_k = \frac{1}{Z} \sum_{x, y} \Bigl(\frac{\partial S}{\partial A} - \frac{1}{2} \frac{\partial^2 S}{\partial A^2} A\Bigr)_k`,
      options: shapleyCam.options,
      make: shapleyCam.from,
    },
    {
      id: 'eigengradcam',
      title: 'Eigen-Grad-CAM',
      description: 'Projects the products of activations and gradients on their first principal axis.',
      reference: 'Gildenblat et al. 2021 (pytorch-grad-cam), after Muhammad and Yeasin 2020, equations 2 and 3',
      formula: String.raw`M = \mathrm{ReLU}(C v_1), \quad C = A \odot G - \operatorname*{mean}_{x, y}(A \odot G) = U \Sigma V^{\top} \in \mathbb{R}^{hw \times K}`,
      options: eigenGradCam.options,
      make: eigenGradCam.from,
    },
    {
      id: 'dff',
      title: 'Deep Feature Factorization',
      description:
        'Takes the activations of a layer apart into concepts and shows the one that adds most to the score.',
      reference: 'Collins et al. 2018, equation 1',
      formula: String.raw`M = H_c, \quad A \approx \sum_c F_c H_c, \quad F, H \ge 0, \quad c = \operatorname*{arg\,max}_c \sum_k \operatorname*{mean}_{x, y}(G_k) \, F_{kc} \sum_{x, y} H_c`,
      options: deepFeatureFactorization.options,
      make: deepFeatureFactorization.from,
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
