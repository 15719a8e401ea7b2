export { default } from './plugin.ts';
export { classActivation, type ClassActivation, type Combine } from './class-activation.ts';
export { eigenGradCam } from './eigen-grad-cam.ts';
export { gradCam } from './grad-cam.ts';
export { gradCamPlusPlus } from './grad-cam-plus-plus.ts';
export { hiResCam } from './hires-cam.ts';
export { layerCam } from './layer-cam.ts';
export { channelWeighted, placeWeighted } from './weights.ts';
export { xGradCam } from './x-grad-cam.ts';
