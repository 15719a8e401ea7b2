import { extremePixels } from './extreme-pixels.ts';
import { heatWeights } from './heat-weights.ts';

// Whose heat map each is drawn from, and which end of it: those of the ends are of section 4.3 of the paper.
export const originTop = extremePixels('origin-top', 'origin', 'top');
export const originBottom = extremePixels('origin-bottom', 'origin', 'bottom');
export const targetTop = extremePixels('target-top', 'target', 'top');
export const targetBottom = extremePixels('target-bottom', 'target', 'bottom');
export const originWeighted = heatWeights('origin-weighted', 'origin');
export const targetWeighted = heatWeights('target-weighted', 'target');
