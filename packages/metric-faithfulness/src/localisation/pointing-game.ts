import { configurable, flatMap, seededRandom, smallestOf } from '@understory/core';
import type { Box, Measurement, Metric } from '@understory/core';
import { faithfulnessErrors } from '../errors.ts';
import { orderOfTies } from '../order.ts';
import { mapNotFinite, interpolationOption, pixelRanking } from '../pixel-scores.ts';
import { frameOf, samplesOf } from '../samples.ts';

interface Size {
  readonly height: number;
  readonly width: number;
}

/**
 * Whether the highest pixel lies in a box, or no more than `tolerance` pixels from one: 1 or 0.
 *
 * Of several highest pixels one is drawn by the seed; `tiedHighest` in the details is their share of the picture. A map that is the
 * same everywhere points nowhere and is not measured, nor is a sample without any box; a box without a pixel in the picture is a miss.
 * Higher is better.
 * Zhang et al. 2018, "Top-Down Neural Attention by Excitation Backprop", section 5.2.
 */
export const pointingGame = configurable(
  'The metric "pointing-game"',
  {
    tolerance: {
      type: 'number',
      default: 15,
      range: [0, 10_000],
      description: 'How far from a box the highest pixel may lie, in pixels of the input.',
    },
    ...interpolationOption,
  },
  ({ tolerance, interpolation }): Metric => ({
    better: 'higher',
    range: [0, 1],
    values: 'binary',
    needs: ['boxes'],
    async evaluate(request) {
      request.signal?.throwIfAborted();
      const { input, pixelsOf } = samplesOf(request);
      const { boxes } = request;
      if (boxes === undefined) {
        const next = 'Use a data set that has boxes, or another metric.';
        throw faithfulnessErrors.requestLacks({ metric: 'pointing-game', what: 'boxes', next });
      }
      return request.maps.map((map, sample): Measurement => {
        const targets = boxes[sample] ?? [];
        if (targets.length === 0) return { value: undefined, reason: 'the image has no box' };
        const ranking = pixelRanking(map, input, interpolation);
        if (ranking === undefined) return { value: undefined, reason: mapNotFinite };
        if (ranking.isFlat) return { value: undefined, reason: flatMap };
        const frame = frameOf(pixelsOf(sample), input);
        const [highest = 0] = ranking.order(
          'descending',
          orderOfTies(frame, seededRandom(request.seed).fork(frame.key)),
        );
        const x = highest % input.width;
        const y = Math.floor(highest / input.width);
        const distance = smallestOf(targets.map((box) => distanceTo(box, x, y, input)));
        const tiedHighest = ranking.highest > 1 ? ranking.highest / (input.height * input.width) : 0;
        return { value: distance <= tolerance ? 1 : 0, details: { x, y, tiedHighest } };
      });
    },
  }),
);

/** From a pixel to the nearest pixel whose centre lies in the box and the picture; infinite where there is none. */
function distanceTo(box: Box, x: number, y: number, { height, width }: Size): number {
  const dx = distanceAlong(box.x, box.width, width, x);
  const dy = distanceAlong(box.y, box.height, height, y);
  return Math.hypot(dx, dy);
}

function distanceAlong(start: number, length: number, size: number, place: number): number {
  const first = Math.max(Math.ceil(start - 0.5), 0);
  const last = Math.min(Math.ceil(start + length - 0.5), size) - 1;
  return last < first ? Infinity : Math.max(first - place, place - last, 0);
}
