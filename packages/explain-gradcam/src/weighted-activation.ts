import { augmented, configurable } from '@understory/core';
import type { Configurable, Explainer } from '@understory/core';
import { principalScores } from '@understory/statistics';
import { classActivation, firstDerivatives, type Combine } from './class-activation.ts';
import type { Products } from './weights.ts';

const options = {
  smooth: {
    type: 'choices',
    default: [],
    choices: ['eigen', 'augmentation'],
    description:
      'Replace the sum over channels by their first principal component (eigen), average over flips and brightnesses of the image (augmentation).',
  },
} as const;

/** A method as it is without settings, which also takes them: `gradCam.explain(...)`, `gradCam({ smooth: ['eigen'] }).explain(...)`. */
export type WeightedActivation = Explainer & Configurable<Explainer, typeof options>;

/**
 * The methods that weigh the activations of a layer: ReLU(sum_k products_k), or with eigen smoothing ReLU(P v) for the products P
 * `[h w, K]` less the mean of each channel and their first right singular vector v, turned so that the map rises with that sum; core's `augmented` is the
 * other smoothing; `derive` may put other slopes in the place of gradients. Both are those of pytorch-grad-cam (Gildenblat and contributors 2021), `eigen_smooth` and `aug_smooth`.
 */
export function weightedActivation(id: string, products: Products, derive = firstDerivatives): WeightedActivation {
  const plain = classActivation(summed(products), derive);
  const make = configurable(`The explainer "${id}"`, options, ({ smooth }): Explainer => {
    const combined = smooth.includes('eigen') ? classActivation(projected(products), derive) : plain;
    return smooth.includes('augmentation') ? augmented(combined) : combined;
  });
  return Object.assign(make, plain);
}

function summed(products: Products): Combine {
  return (sample) => {
    const map = new Float64Array(sample.places);
    products(sample).forEach((product, at) => (map[at % sample.places]! += product));
    return rectified(map);
  };
}

function projected(products: Products): Combine {
  return (sample) => rectified(principalScores(products(sample), sample.channels));
}

function rectified(map: Float64Array): Float32Array {
  return Float32Array.from(map, (value) => Math.max(value, 0));
}
