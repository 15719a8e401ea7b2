import { eigenGradCam, gradCam, gradCamPlusPlus, hiResCam, layerCam, xGradCam } from '@understory/explain-gradcam';

/** Every method of this package under its id. */
export const methods = {
  gradcam: gradCam,
  'gradcam++': gradCamPlusPlus,
  layercam: layerCam,
  hirescam: hiResCam,
  xgradcam: xGradCam,
  eigengradcam: eigenGradCam,
} as const;

export type MethodId = keyof typeof methods;

export const ids = Object.keys(methods) as readonly MethodId[];
