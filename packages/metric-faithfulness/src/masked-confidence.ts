import { flatMap } from '@understory/core';
import type { Measurement, MetricRequest } from '@understory/core';
import { minMax } from '@understory/imaging';
import type { Interpolation } from '@understory/imaging';
import { mapNotFinite, pixelRanking, pixelScores } from './pixel-scores.ts';
import { samplesOf } from './samples.ts';
import { scorePictures } from './score-pictures.ts';
import type { Picture } from './score-pictures.ts';

/**
 * What `measure` makes of the probability of the picture and of the picture times its heat map, min-max to 0..1.
 * Undefined for a map that is the same everywhere, which has no such scale. The product is taken in the space in which the model is fed, so that where the map is 0 a normalised model sees its mean colour.
 */
export async function maskedConfidence(
  request: MetricRequest,
  { interpolation, batch }: { readonly interpolation: Interpolation; readonly batch: number },
  measure: (whole: number, masked: number) => Measurement,
): Promise<readonly Measurement[]> {
  const samples = samplesOf(request);
  const { input, count, pixelsOf } = samples;
  const maps = request.maps.map((map) => {
    const ranking = pixelRanking(map, input, interpolation);
    if (ranking === undefined) return mapNotFinite;
    // Between its smallest and its largest value such a map has no place for anything.
    return ranking.isFlat ? flatMap : pixelScores(map, input, interpolation)!;
  });

  function* pictures(): Generator<Picture> {
    for (let sample = 0; sample < count; sample += 1) {
      const scores = maps[sample];
      if (typeof scores === 'string' || scores === undefined) continue;
      const pixels = pixelsOf(sample);
      yield { sample, pixels };
      const weights = minMax({ height: input.height, width: input.width, data: scores }).data;
      const masked = new Float32Array(pixels.length);
      for (let channel = 0; channel < input.channels; channel += 1) {
        for (let place = 0; place < weights.length; place += 1) {
          const at = channel * input.channelStride + place * input.pixelStride;
          masked[at] = weights[place]! * pixels[at]!;
        }
      }
      yield { sample, pixels: masked };
    }
  }

  const probabilities = await scorePictures(request, samples, pictures(), { score: 'probability', batch });
  let at = 0;
  return maps.map((map) => {
    if (typeof map === 'string') return { value: undefined, reason: map };
    const [whole = NaN, masked = NaN] = [probabilities[at++], probabilities[at++]];
    if (!Number.isFinite(whole) || !Number.isFinite(masked)) {
      return { value: undefined, reason: 'the model gives values that are not finite' };
    }
    return { ...measure(whole, masked), details: { whole, masked } };
  });
}
