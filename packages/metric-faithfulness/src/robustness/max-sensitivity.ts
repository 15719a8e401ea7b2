import { configurable, flatMap, fromFloat32, seededRandom } from '@understory/core';
import type { HeatMap, Measurement, Metric, MetricRequest } from '@understory/core';
import { faithfulnessErrors } from '../errors.ts';
import { frameOf, samplesOf } from '../samples.ts';
import type { Samples } from '../samples.ts';

/**
 * How far a heat map moves when the picture does so little that nothing changes in it: the largest ||map' - map|| / ||map|| over `draws` of
 * uniform noise.
 *
 * Norms are Euclidean, over the map as the explainer gave it. Lower is better. Yeh et al. 2019, "On the (In)fidelity and Sensitivity
 * of Explanations", definition 3, by Monte Carlo and relative to the map's length.
 * Undefined for a map that is the same everywhere.
 */
export const maxSensitivity = configurable(
  'The metric "max-sensitivity"',
  {
    radius: {
      type: 'number',
      default: 0.02,
      range: [0, 1000],
      description: 'The largest change of an element, in the space in which the model is fed.',
    },
    draws: {
      type: 'integer',
      default: 10,
      range: [1, 10_000],
      description: 'How many changed pictures are explained.',
    },
  },
  ({ radius, draws }): Metric => ({
    better: 'lower',
    range: [0, Infinity],
    needs: ['explain'],
    async evaluate(request) {
      const samples = samplesOf(request);
      const { explain } = request;
      if (explain === undefined) {
        const next = 'Hand over the explainer that made the maps.';
        throw faithfulnessErrors.requestLacks({ metric: 'max-sensitivity', what: 'explainer', next });
      }
      const farthest = request.maps.map(() => 0);
      for (let draw = 0; draw < draws; draw += 1) {
        request.signal?.throwIfAborted();
        const maps = await explain({ feeds: noisyFeeds(request, samples, radius, `draw ${draw}`) });
        maps.forEach((map, sample) => {
          farthest[sample] = Math.max(farthest[sample]!, distance(map, request.maps[sample]!));
        });
      }
      return request.maps.map((map, sample): Measurement => {
        if (map.data.every((value) => value === map.data[0])) return { value: undefined, reason: flatMap };
        const length = Math.sqrt(map.data.reduce((sum, value) => sum + value ** 2, 0));
        const value = farthest[sample]! / length;
        return Number.isFinite(value) ? { value } : { value: undefined, reason: 'a heat map is not finite' };
      });
    },
  }),
);

function noisyFeeds({ feeds, seed }: MetricRequest, samples: Samples, radius: number, draw: string) {
  const { input, count, pixelsOf } = samples;
  const changed = new Float32Array(count * input.size);
  for (let sample = 0; sample < count; sample += 1) {
    const pixels = pixelsOf(sample);
    const { key, places } = frameOf(pixels, input);
    const random = seededRandom(seed).fork(key).fork(draw);
    for (const place of places) {
      for (let channel = 0; channel < input.channels; channel += 1) {
        const at = channel * input.channelStride + place * input.pixelStride;
        changed[sample * input.size + at] = pixels[at]! + radius * (2 * random.uniform() - 1);
      }
    }
  }
  return { ...feeds, [input.name]: fromFloat32(changed, input.type, input.dims) };
}

function distance(left: HeatMap, right: HeatMap): number {
  return Math.sqrt(left.data.reduce((sum, value, at) => sum + (value - right.data[at]!) ** 2, 0));
}
