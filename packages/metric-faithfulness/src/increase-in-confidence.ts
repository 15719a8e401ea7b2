import { configurable } from '@understory/core';
import type { Metric } from '@understory/core';
import { maskedConfidence } from './masked-confidence.ts';
import { interpolationOption } from './pixel-scores.ts';
import { batchOption } from './score-pictures.ts';

/**
 * Whether the class probability rises when only what the map shows is left: 1 or 0, its mean over images is the rate.
 *
 * Higher is better. Chattopadhay et al. 2018, "Grad-CAM++: Improved Visual Explanations for Deep Convolutional Networks", section 5.1.
 */
export const increaseInConfidence = configurable(
  'The metric "increase-in-confidence"',
  { ...interpolationOption, ...batchOption },
  (options): Metric => ({
    better: 'higher',
    range: [0, 1],
    values: 'binary',
    evaluate: (request) => maskedConfidence(request, options, (whole, masked) => ({ value: masked > whole ? 1 : 0 })),
  }),
);
