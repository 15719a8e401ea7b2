import {
  deepFeatureFactorization,
  eigenGradCam,
  gradCam,
  gradCamPlusPlus,
  hiResCam,
  layerCam,
  shapleyCam,
  xGradCam,
} from '@understory/explain-gradcam';

/** Every method of this package under its id. */
export const methods = {
  gradcam: gradCam,
  'gradcam++': gradCamPlusPlus,
  layercam: layerCam,
  hirescam: hiResCam,
  xgradcam: xGradCam,
  shapleycam: shapleyCam,
  eigengradcam: eigenGradCam,
  dff: deepFeatureFactorization(),
} as const;

export type MethodId = keyof typeof methods;

export const ids = Object.keys(methods) as readonly MethodId[];

/** Those whose map follows from activations and gradients by a formula, without random numbers. */
export const formulas = ids.filter((id) => id !== 'dff');
