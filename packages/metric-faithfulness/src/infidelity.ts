import { configurable } from '@understory/core';
import type { ImageInput, Measurement, Metric } from '@understory/core';
import { measureChanges } from './changes.ts';
import { cellsOf, patchOption } from './cells.ts';
import { blackByDefault, perturbationOf } from './perturbations/perturbation-options.ts';
import { interpolationOption } from './pixel-scores.ts';
import { replacementsBy } from './replacements.ts';
import { samplesOf } from './samples.ts';
import { scoreOption } from './score.ts';
import { batchOption } from './score-pictures.ts';
import { pictureWithout } from './walk.ts';

/**
 * How badly the map, as a linear model of the network, predicts what replacing a square of the picture does to the score: the mean square of the error.
 *
 * Lower is better, from 0. Each square of a grid is replaced alone. With `scale=optimal` the map is first multiplied by the number that makes the error least,
 * since heat maps have no unit, and the error is in the unit of the score; `scale=none` takes the map as the attribution it may be. Undefined for a map that
 * is the same everywhere. Yeh et al. 2019, "On the (In)fidelity and Sensitivity of Explanations", equation 1: E[(I . M - (f(x) - f(x - I)))^2], where I is
 * what a square loses.
 */
export const infidelity = configurable(
  'The metric "infidelity"',
  {
    scale: {
      type: 'choice',
      default: 'optimal',
      choices: ['optimal', 'none'],
      description: 'What the map is multiplied by: what makes the error least, or nothing.',
    },
    ...patchOption(16),
    ...blackByDefault,
    ...scoreOption('logit'),
    ...interpolationOption,
    ...batchOption,
  },
  ({ scale, patch, ...options }): Metric => {
    const replacementOf = replacementsBy(perturbationOf(options));
    return {
      better: 'lower',
      range: [0, Infinity],
      evaluate(request) {
        const samples = samplesOf(request);
        const { input } = samples;
        const cells = cellsOf(input, patch);
        return measureChanges(
          request,
          samples,
          {
            ...options,
            *changesOf(changed) {
              const { original, map } = changed;
              const replacement = replacementOf(original, input, request.seed);
              for (const places of cells) {
                const pixels = pictureWithout({ original, input, replacement }, places);
                yield { pixels, note: predicted(map, original, pixels, input, places) };
              }
            },
          },
          ({ drops, notes }): Measurement => {
            const [along, own] = [sumOfProducts(notes, drops), sumOfProducts(notes, notes)];
            const factor = scale === 'none' ? 1 : own === 0 ? 0 : along / own;
            const errors = notes.map((note, at) => (factor * note - drops[at]!) ** 2);
            return { value: errors.reduce((sum, error) => sum + error, 0) / errors.length, details: { factor } };
          },
        );
      },
    };
  },
);

/** What the map, the same for all channels of a pixel, makes of the change. */
function predicted(
  map: Float32Array,
  original: Float32Array,
  changed: Float32Array,
  { channels, channelStride, pixelStride }: ImageInput,
  places: Uint32Array,
): number {
  let sum = 0;
  for (const place of places) {
    for (let channel = 0; channel < channels; channel += 1) {
      const at = place * pixelStride + channel * channelStride;
      sum += map[place]! * (original[at]! - changed[at]!);
    }
  }
  return sum;
}

function sumOfProducts(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, at) => sum + value * right[at]!, 0);
}
