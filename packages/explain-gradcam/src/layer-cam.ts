import { weightedActivation } from './weighted-activation.ts';
import { placeWeighted } from './weights.ts';

/**
 * LayerCAM: every place weighted by its own positive gradient, so that early layers give fine maps.
 *
 * ReLU(sum_k ReLU(G_k) A_k). Jiang et al. 2021, "LayerCAM: Exploring Hierarchical Class Activation Maps for Localization",
 * equations 6 to 8.
 */
export const layerCam = weightedActivation(
  'layercam',
  placeWeighted((gradient) => Math.max(gradient, 0)),
);
