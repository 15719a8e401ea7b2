export { default } from './plugin.ts';
export {
  classActivation,
  firstDerivatives,
  type ClassActivation,
  type Combine,
  type LayerOfScore,
  type Slopes,
} from './class-activation.ts';
export { deepFeatureFactorization } from './deep-feature-factorization.ts';
export { eigenGradCam } from './eigen-grad-cam.ts';
export { gradCam } from './grad-cam.ts';
export { gradCamPlusPlus } from './grad-cam-plus-plus.ts';
export { hiResCam } from './hires-cam.ts';
export { layerCam } from './layer-cam.ts';
export { shapleyCam } from './shapley-cam.ts';
export { weightedActivation, type WeightedActivation } from './weighted-activation.ts';
export { channelWeighted, placeWeighted, type Products } from './weights.ts';
export { xGradCam } from './x-grad-cam.ts';
