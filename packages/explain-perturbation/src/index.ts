export { default } from './plugin.ts';
export { ablationCam } from './ablation-cam.ts';
export { kernelShap } from './kernel-shap.ts';
export { lime } from './lime.ts';
export { occlusion } from './occlusion.ts';
export { rise, riseMasks } from './rise.ts';
export { scoreCam } from './score-cam.ts';
