import { configurable, smallestOf } from '@understory/core';
import type { Measurement, Metric } from '@understory/core';
import { measureChanges, sumOver } from './changes.ts';
import type { Changed } from './changes.ts';
import { cellsOf, patchOption } from './cells.ts';
import { orderOfTies } from './order.ts';
import type { Order } from './order.ts';
import { curveOptions } from './perturbation-curve.ts';
import { blackByDefault, perturbationOf } from './perturbations/perturbation-options.ts';
import { interpolationOption } from './pixel-scores.ts';
import { replacementsBy } from './replacements.ts';
import { samplesOf } from './samples.ts';
import { scoreOption } from './score.ts';
import { batchOption } from './score-pictures.ts';
import { picturesOf } from './walk.ts';

/**
 * How far the score has fallen, on average, while the squares of a grid are replaced one after the other: the area over the perturbation curve.
 *
 * `order=descending` starts with the square in which the map has most (higher is better), `ascending` with the one in which it has least (lower is
 * better), `random` ignores the map. Squares of which the map has the same go in an order drawn by the seed. The curve is how far the score has
 * fallen over the fraction of replaced pixels, from 0 at none. Undefined for a map that is the same everywhere. Samek et al. 2017, "Evaluating the
 * Visualization of What a Deep Neural Network Has Learned", section III: 1 / (L + 1) sum_{k=0}^{L} f(x_0) - f(x_k) after L squares.
 */
export const regionPerturbation = configurable(
  'The metric "region-perturbation"',
  {
    order: curveOptions.order,
    regions: {
      type: 'integer',
      default: 100,
      range: [1, 1_000_000],
      description: 'How many squares are replaced at most.',
    },
    ...patchOption(8),
    ...blackByDefault,
    ...scoreOption('probability'),
    ...interpolationOption,
    ...batchOption,
  },
  ({ order, regions, patch, ...options }): Metric => {
    const replacementOf = replacementsBy(perturbationOf(options));
    return {
      better: order === 'random' ? 'neither' : order === 'descending' ? 'higher' : 'lower',
      range: options.score === 'logit' ? [-Infinity, Infinity] : [-1, 1],
      evaluate(request) {
        const samples = samplesOf(request);
        const { input } = samples;
        const cells = cellsOf(input, patch);
        return measureChanges(
          request,
          samples,
          {
            ...options,
            readsMap: order !== 'random',
            *changesOf(changed) {
              const replacement = replacementOf(changed.original, input, request.seed);
              const chosen = inOrder(cells, order, changed).slice(0, regions);
              const places = Uint32Array.from(chosen.flatMap((cell) => [...cell]));
              const counts: number[] = [];
              for (const { length } of chosen) counts.push((counts.at(-1) ?? 0) + length);
              let at = 0;
              for (const pixels of picturesOf({ ...changed, replacement, start: 'original' }, places, counts)) {
                yield { pixels, note: counts[at++]! / (input.height * input.width) };
              }
            },
          },
          ({ drops, notes }): Measurement => ({
            value: drops.reduce((sum, drop) => sum + drop, 0) / (drops.length + 1),
            curve: { x: [0, ...notes], y: [0, ...drops] },
          }),
        );
      },
    };
  },
);

/** The cells by what the map has in them. */
function inOrder(cells: readonly Uint32Array[], order: Order, { map, frame, random }: Changed): readonly Uint32Array[] {
  const lots = new Uint32Array(map.length);
  orderOfTies(frame, random).forEach((place, lot) => (lots[place] = lot));
  const direction = order === 'random' ? 0 : order === 'descending' ? -1 : 1;
  return cells
    .map((places) => ({
      places,
      sum: direction * sumOver(map, places),
      lot: smallestOf(places.map((at) => lots[at]!)),
    }))
    .sort((left, right) => left.sum - right.sum || left.lot - right.lot)
    .map(({ places }) => places);
}
