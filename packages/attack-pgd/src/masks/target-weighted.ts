import { heatWeights } from './heat-weights.ts';

/** Every pixel, weighted by the heat map of an image of the target class. */
export const targetWeighted = heatWeights('target-weighted', 'target');
