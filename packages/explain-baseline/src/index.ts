export { default } from './plugin.ts';
export { centre } from './centre.ts';
export { random } from './random.ts';
export { randomised, type RandomisedExplainer } from './randomised.ts';
export { sobel } from './sobel.ts';
