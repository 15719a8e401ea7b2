import { configurable, largestOf, smallestOf } from '@understory/core';
import type { Metric, OptionValues } from '@understory/core';
import { spearman } from '@understory/statistics';
import { measureChanges, sumOver } from './changes.ts';
import type { Changed } from './changes.ts';
import { correlated } from './correlated.ts';
import { orderOfTies } from './order.ts';
import { constant } from './perturbations/constant.ts';
import { interpolationOption } from './pixel-scores.ts';
import { samplesOf } from './samples.ts';
import { scoreOption } from './score.ts';
import { batchOption } from './score-pictures.ts';
import { placesInSteps, stepsOption } from './steps.ts';
import { pictureWithout } from './walk.ts';

const options = {
  ...stepsOption(32),
  draws: {
    type: 'integer',
    default: 10,
    range: [1, 10_000],
    description: 'How many values each group of pixels is replaced by in turn.',
  },
  ...scoreOption('probability'),
  ...interpolationOption,
  ...batchOption,
} as const;

/**
 * Spearman's correlation of the absolute value of the map over some pixels and how far the score strays when they take other values.
 *
 * Higher is better, in -1..1. The pixels are split into `steps` groups by the absolute value of the map; each group alone takes a value that is drawn `draws`
 * times between the smallest and the largest of the picture, and how far is the mean square of the change. Undefined for a map that is the same
 * everywhere. Nguyen and Martínez 2020, "On quantitative aspects of model interpretability", monotonicity; the square of the score by which they divide
 * is the same for all groups and leaves the ranks as they are.
 */
export const monotonicityCorrelation = monotonicityCorrelationBy(({ original, random }, group, { draws }) => {
  const [low, high] = [smallestOf(original), largestOf(original)];
  const draw = random.fork(`group ${group}`);
  return Array.from({ length: draws }, () => low + (high - low) * draw.uniform());
});

/** The same with other values, `draws` of them, for each group of pixels. */
export function monotonicityCorrelationBy(
  valuesOf: (changed: Changed, group: number, given: OptionValues<typeof options>) => readonly number[],
) {
  return configurable('The metric "monotonicity-correlation"', options, (given): Metric => ({
    better: 'higher',
    range: [-1, 1],
    evaluate(request) {
      const samples = samplesOf(request);
      const { input } = samples;
      return measureChanges(
        request,
        samples,
        {
          ...given,
          *changesOf(changed) {
            const { original, frame, random } = changed;
            const sizes = changed.map.map(Math.abs);
            const order = ascending(sizes, orderOfTies(frame, random));
            for (const [group, places] of placesInSteps(order, given.steps).entries()) {
              const amount = sumOver(sizes, places);
              for (const value of valuesOf(changed, group, given)) {
                const replacement = constant({ value })(original, input, random);
                yield { pixels: pictureWithout({ original, input, replacement }, places), note: amount };
              }
            }
          },
        },
        ({ drops, notes }) => {
          const firsts = notes.flatMap((_, at) => (at % given.draws === 0 ? [at] : []));
          const strays = firsts.map((at) => meanSquare(drops.slice(at, at + given.draws)));
          return correlated({ drops: strays, notes: firsts.map((at) => notes[at]!) }, spearman);
        },
      );
    },
  }));
}

function meanSquare(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
}

/** The places from the smallest value up; equal ones follow each other as they do in `drawn`. */
function ascending(values: Float32Array, drawn: Uint32Array): Uint32Array {
  return drawn.slice().sort((left, right) => values[left]! - values[right]!);
}
