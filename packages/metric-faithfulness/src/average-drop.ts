import { configurable } from '@understory/core';
import type { Metric } from '@understory/core';
import { maskedConfidence } from './masked-confidence.ts';
import { interpolationOption } from './pixel-scores.ts';
import { batchOption } from './score-pictures.ts';

/**
 * By what share the class probability falls when only what the map shows is left: max(0, Y - O) / Y, its mean over images in percent is
 * the paper's average drop.
 *
 * Lower is better. Chattopadhay et al. 2018, "Grad-CAM++: Improved Visual Explanations for Deep Convolutional Networks", section 5.1.
 */
export const averageDrop = configurable(
  'The metric "average-drop"',
  { ...interpolationOption, ...batchOption },
  (options): Metric => ({
    better: 'lower',
    range: [0, 1],
    evaluate: (request) =>
      maskedConfidence(request, options, (whole, masked) =>
        whole > 0
          ? { value: Math.max(0, whole - masked) / whole }
          : { value: undefined, reason: 'the probability is 0 on the untouched picture' },
      ),
  }),
);
