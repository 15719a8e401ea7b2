export { default } from './plugin.ts';
export { attentionRollout } from './attention-rollout.ts';
export { cam } from './cam.ts';
export { findLinearHead, type LinearHead } from './linear-head.ts';
export type { Pooling } from './pooling.ts';
export { eigenCam } from './eigen-cam.ts';
