import { configurable } from '@understory/core';
import type { Measurement, Metric } from '@understory/core';
import { measureCurves } from './curve.ts';
import { blackByDefault, perturbationOf } from './perturbations/perturbation-options.ts';
import { interpolationOption } from './pixel-scores.ts';
import { replacementsBy } from './replacements.ts';
import { samplesOf } from './samples.ts';
import { scoreOption } from './score.ts';
import { batchOption } from './score-pictures.ts';
import { countsInSteps, stepsOption } from './steps.ts';

/**
 * Whether the score never falls while pixels come into a perturbed picture, the least important first: 1 or 0.
 *
 * Higher is better. `rising` in the details is the fraction of the steps at which the score does not fall, and the curve has the score at each. Pixels
 * with equal scores go in an order drawn by the seed; undefined for a map that is the same everywhere. Arya et al. 2019, "One Explanation Does Not Fit
 * All", whose metric it is, after Luss et al. 2019, "Generating Contrastive Explanations with Monotonic Attribute Functions".
 */
export const monotonicity = configurable(
  'The metric "monotonicity"',
  { ...stepsOption(10), ...blackByDefault, ...scoreOption('probability'), ...interpolationOption, ...batchOption },
  ({ steps, ...options }): Metric => {
    const replacementOf = replacementsBy(perturbationOf(options));
    return {
      better: 'higher',
      range: [0, 1],
      values: 'binary',
      async evaluate(request) {
        const found = await measureCurves(request, samplesOf(request), {
          ...options,
          start: 'perturbed',
          orders: ['ascending'],
          repeats: 1,
          counts: (pixels) => countsInSteps(pixels, 1, steps),
          replacementOf,
        });
        return found.map((sample): Measurement => {
          if ('reason' in sample) return { value: undefined, reason: sample.reason };
          const { x, curves, ties } = sample;
          // The picture without any pixel is not among the steps.
          const scores = curves[0]!.slice(1);
          if (scores.length < 2) return { value: undefined, reason: 'the image has too few pixels for two steps' };
          const rises = scores.slice(1).map((score, at) => score >= scores[at]!);
          return {
            value: rises.every(Boolean) ? 1 : 0,
            curve: { x, y: curves[0]! },
            details: { rising: rises.filter(Boolean).length / rises.length, ...ties },
          };
        });
      },
    };
  },
);
