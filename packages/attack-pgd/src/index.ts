export { default } from './plugin.ts';
export { apgd } from './attacks/apgd.ts';
export { bim } from './attacks/bim.ts';
export { fgsm } from './attacks/fgsm.ts';
export { miFgsm } from './attacks/mi-fgsm.ts';
export { pgd, type PgdOptions } from './attacks/pgd.ts';
export { all } from './masks/all.ts';
export { inside, outside } from './masks/boxes.ts';
export {
  originBottom,
  originTop,
  originWeighted,
  targetBottom,
  targetTop,
  targetWeighted,
} from './masks/heat-masks.ts';
export { random } from './masks/random.ts';
export { uniform } from './masks/uniform.ts';
export { foolboxPgd, paper, torchattacksPgd } from './presets.ts';
export { projectedGradientDescent, type GradientAttack } from './projected-gradient-descent.ts';
export type { Settings } from './settings.ts';
