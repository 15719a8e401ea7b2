import { heatWeights } from './heat-weights.ts';

/** Every pixel, weighted by the heat map of the attacked image. */
export const originWeighted = heatWeights('origin-weighted', 'origin');
