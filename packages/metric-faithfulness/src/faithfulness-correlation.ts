import { configurable } from '@understory/core';
import type { Metric, OptionValues } from '@understory/core';
import { pearson } from '@understory/statistics';
import { measureChanges, sumOver } from './changes.ts';
import type { Changed } from './changes.ts';
import { correlated } from './correlated.ts';
import { blackByDefault, perturbationOf } from './perturbations/perturbation-options.ts';
import { interpolationOption } from './pixel-scores.ts';
import { replacementsBy } from './replacements.ts';
import { samplesOf } from './samples.ts';
import { scoreOption } from './score.ts';
import { batchOption } from './score-pictures.ts';
import { pictureWithout } from './walk.ts';

const options = {
  subset: {
    type: 'integer',
    default: 224,
    range: [1, 1_000_000],
    description: 'How many pixels are replaced together.',
  },
  draws: {
    type: 'integer',
    default: 100,
    range: [2, 100_000],
    description: 'How many subsets are drawn.',
  },
  ...blackByDefault,
  ...scoreOption('logit'),
  ...interpolationOption,
  ...batchOption,
} as const;

/**
 * Pearson's correlation, over random subsets S of pixels, of the sum of the map in S and the fall of the score when S is replaced.
 *
 * Higher is better, in -1..1. Undefined for a map that is the same everywhere, where a subset has all pixels, and where no subset changes the score.
 * Bhatt et al. 2020, "Evaluating and Aggregating Feature-based Model Explanations", definition 3:
 * corr_S(sum_{i in S} M_i, f(x) - f(x with S replaced)).
 */
export const faithfulnessCorrelation = faithfulnessCorrelationOver(({ frame: { places }, random }, { draws, subset }) =>
  Array.from({ length: draws }, (_, draw) => {
    const order = random.fork(`subset ${draw}`).permutation(places.length);
    return Uint32Array.from(order.slice(0, subset), (at) => places[at]!);
  }),
);

/** The same over other subsets of each sample. */
export function faithfulnessCorrelationOver(
  subsetsOf: (changed: Changed, given: OptionValues<typeof options>) => readonly Uint32Array[],
) {
  return configurable('The metric "faithfulness-correlation"', options, (given): Metric => {
    const replacementOf = replacementsBy(perturbationOf(given));
    return {
      better: 'higher',
      range: [-1, 1],
      evaluate(request) {
        const samples = samplesOf(request);
        const { input } = samples;
        if (given.subset >= input.height * input.width) {
          request.signal?.throwIfAborted();
          const reason = `the image has only ${input.height * input.width} pixels, and a subset ${given.subset}`;
          return Promise.resolve(request.maps.map(() => ({ value: undefined, reason })));
        }
        return measureChanges(
          request,
          samples,
          {
            ...given,
            *changesOf(changed) {
              const replacement = replacementOf(changed.original, input, request.seed);
              for (const places of subsetsOf(changed, given)) {
                yield {
                  pixels: pictureWithout({ ...changed, replacement }, places),
                  note: sumOver(changed.map, places),
                };
              }
            },
          },
          (found) => correlated(found, pearson),
        );
      },
    };
  });
}
