export { default } from './plugin.ts';
export { fullGrad } from './full-grad.ts';
export { genericAttention } from './generic-attention.ts';
export { guidedBackpropagation } from './guided-backpropagation.ts';
export { inputXGradient } from './input-x-gradient.ts';
export { integratedGradients } from './integrated-gradients.ts';
export { saliency } from './saliency.ts';
export { smoothGrad } from './smooth-grad.ts';
