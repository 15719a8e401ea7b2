import { configurable, smallestOf } from '@understory/core';
import type { Metric } from '@understory/core';
import { euclidean, largestChange } from './largest-change.ts';
import type { Moved } from './largest-change.ts';
import { scaledMap, scaledMapOptions } from './scaled-map.ts';

/**
 * How abruptly the map changes when the picture is shifted sideways: the largest ||M(x) - M(x')||_1 / ||x - x'||_2 over `steps` shifts.
 *
 * Lower is better, from 0. Shifts go in equal steps from one width to the left to one to the right; what comes in has the smallest number of the picture.
 * Maps are compared at the size of the picture. Undefined for a map that is the same everywhere. Montavon et al. 2018, "Methods for Interpreting and
 * Understanding Deep Neural Networks", section 7.1.
 */
export const continuity = configurable(
  'The metric "continuity"',
  {
    steps: {
      type: 'integer',
      default: 28,
      range: [1, 10_000],
      description: 'How many shifted pictures are explained.',
    },
    ...scaledMapOptions(true),
  },
  ({ steps, ...options }): Metric => ({
    better: 'lower',
    range: [0, Infinity],
    needs: ['explain'],
    async evaluate(request) {
      return largestChange(request, {
        metric: 'continuity',
        count: steps,
        change(moved, at) {
          const { width } = moved.input;
          const size = Math.max(1, Math.floor((2 * width + 1) / steps));
          return shifted(moved, Math.min(width, (at + 1) * size - width));
        },
        distance(own, changed, input) {
          const step = euclidean(own.pixels, changed.pixels);
          if (step === 0) return undefined;
          const [one, other] = [scaledMap(own.map, input, options), scaledMap(changed.map, input, options)];
          return one.reduce((sum, value, place) => sum + Math.abs(value - other[place]!), 0) / step;
        },
      });
    },
  }),
);

/** The picture moved to the right, or to the left where `shift` is negative. */
function shifted({ pixels, input }: Moved, shift: number): Float32Array {
  const { height, width, channels, channelStride, pixelStride } = input;
  const moved = new Float32Array(pixels.length).fill(smallestOf(pixels));
  for (let channel = 0; channel < channels; channel += 1) {
    for (let y = 0; y < height; y += 1) {
      for (let x = Math.max(0, shift); x < Math.min(width, width + shift); x += 1) {
        const to = channel * channelStride + (y * width + x) * pixelStride;
        moved[to] = pixels[to - shift * pixelStride]!;
      }
    }
  }
  return moved;
}
