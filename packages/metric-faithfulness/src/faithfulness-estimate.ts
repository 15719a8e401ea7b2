import { configurable } from '@understory/core';
import type { Metric } from '@understory/core';
import { pearson } from '@understory/statistics';
import { measureChanges, sumOver } from './changes.ts';
import { correlated } from './correlated.ts';
import { orderOfTies } from './order.ts';
import { blackByDefault, perturbationOf } from './perturbations/perturbation-options.ts';
import { interpolationOption } from './pixel-scores.ts';
import { replacementsBy } from './replacements.ts';
import { samplesOf } from './samples.ts';
import { scoreOption } from './score.ts';
import { batchOption } from './score-pictures.ts';
import { placesInSteps, stepsOption } from './steps.ts';
import { pictureWithout } from './walk.ts';

/**
 * Pearson's correlation of the sum of the map over some pixels and the fall of the score when they are replaced, with pixels of like importance taken together.
 *
 * Higher is better, in -1..1. The pixels, from the most important down, are split into `steps` groups of equal size; each is replaced alone. Undefined for
 * a map that is the same everywhere, and where no group changes the score. Alvarez-Melis and Jaakkola 2018, "Towards Robust Interpretability with
 * Self-Explaining Neural Networks", section 5, on faithfulness.
 */
export const faithfulnessEstimate = configurable(
  'The metric "faithfulness-estimate"',
  { ...stepsOption(224), ...blackByDefault, ...scoreOption('logit'), ...interpolationOption, ...batchOption },
  (options): Metric => {
    const replacementOf = replacementsBy(perturbationOf(options));
    return {
      better: 'higher',
      range: [-1, 1],
      evaluate(request) {
        const samples = samplesOf(request);
        return measureChanges(
          request,
          samples,
          {
            ...options,
            *changesOf(changed) {
              const { map, ranking, frame, random } = changed;
              const replacement = replacementOf(changed.original, samples.input, request.seed);
              const order = ranking.order('descending', orderOfTies(frame, random));
              for (const places of placesInSteps(order, options.steps)) {
                yield { pixels: pictureWithout({ ...changed, replacement }, places), note: sumOver(map, places) };
              }
            },
          },
          (found) => correlated(found, pearson),
        );
      },
    };
  },
);
