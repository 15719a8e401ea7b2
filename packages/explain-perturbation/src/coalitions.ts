import { evenBatches, seededRandom } from '@understory/core';
import type { ExplainRequest, HeatMap, SeededRandom } from '@understory/core';
import { explainedImages } from './explained-images.ts';
import { probabilities } from './probability.ts';
import { leftOut, superpixelsOf } from './superpixels.ts';
import type { SuperpixelSettings } from './superpixels.ts';

/** Which superpixels are left in an image, 1 each. */
export type Coalition = Uint8Array;

/** What a method asks of an image and makes of the answers. */
export interface Surrogate {
  /** The name of its random numbers. */
  readonly id: string;
  readonly score: 'probability' | 'objective';
  /** The coalitions of `count` superpixels that are scored. */
  draw(count: number, random: SeededRandom): readonly Coalition[];
  /** The importance of every superpixel. */
  fit(
    coalitions: readonly Coalition[],
    scores: Float64Array,
  ): { readonly importance: ArrayLike<number>; readonly details: Record<string, number> };
}

/** The maps of a request: each pixel has the importance of its superpixel. Every sample of a batch meets the same random numbers. */
export async function surrogateMaps(
  request: ExplainRequest,
  settings: SuperpixelSettings,
  { id, score, draw, fit }: Surrogate,
): Promise<HeatMap[]> {
  const { image, batch, pixels, scoresOf } = explainedImages(request);
  const { height, width, channels, channelStride, pixelStride, size } = image;
  const samples = Array.from({ length: batch }, (_, sample) => {
    const own = pixels.subarray(sample * size, (sample + 1) * size);
    const { labels, count } = superpixelsOf(own, image, settings);
    const coalitions = draw(count, seededRandom(request.seed ?? 0).fork(id));
    return { own, labels, count, coalitions, empty: leftOut(own, { labels, count }, image, settings) };
  });
  const total = samples.reduce((sum, { coalitions }) => sum + coalitions.length, 0);
  const maps: HeatMap[] = [];
  let done = 0;
  for (const [sample, { own, labels, count, coalitions, empty }] of samples.entries()) {
    const scores = new Float64Array(coalitions.length);
    for (const { start, end } of evenBatches(coalitions.length, settings.batch)) {
      const versions = new Float32Array((end - start) * size);
      for (let at = start; at < end; at += 1) {
        const version = versions.subarray((at - start) * size, (at - start + 1) * size);
        version.set(own);
        const coalition = coalitions[at]!;
        labels.forEach((label, place) => {
          if (coalition[label] === 1) return;
          for (let channel = 0; channel < channels; channel += 1) {
            const element = channel * channelStride + place * pixelStride;
            version[element] = empty[element]!;
          }
        });
      }
      scores.set(await scoresOf(versions, sample, score === 'probability' ? probabilities : undefined), start);
      done += end - start;
      request.progress?.(done, total);
    }
    const { importance, details } = fit(coalitions, scores);
    const data = Float32Array.from(labels, (label) => importance[label]!);
    maps.push({ height, width, data, details: { ...details, superpixels: count } });
  }
  return maps;
}
