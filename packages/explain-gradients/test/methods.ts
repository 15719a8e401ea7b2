import {
  fullGrad,
  guidedBackpropagation,
  inputXGradient,
  integratedGradients,
  saliency,
  smoothGrad,
} from '@understory/explain-gradients';

/** Every method of this package under its id, with few samples where it takes some. */
export const methods = {
  saliency,
  smoothgrad: smoothGrad({ samples: 5, batch: 2 }),
  'integrated-gradients': integratedGradients({ steps: 5, batch: 2 }),
  'input-x-gradient': inputXGradient,
  'guided-backpropagation': guidedBackpropagation,
  fullgrad: fullGrad(),
} as const;

export type MethodId = keyof typeof methods;

export const ids = Object.keys(methods) as readonly MethodId[];
