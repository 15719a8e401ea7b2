import { configurable, evenBatches } from '@understory/core';
import type { Explainer } from '@understory/core';
import { activationsOf, weighted } from './activations.ts';
import { smoothing, withAugmentation } from './smoothing.ts';
import { bilinearTaps, stretch } from './bilinear.ts';
import { explainedImages, writeMasked } from './explained-images.ts';

/**
 * Score-CAM: channels weighted by how much the explained number rises over that of a black image when only what the channel shows is
 * left of the image.
 *
 * ReLU(sum_k w_k A_k) with w the softmax over channels of S(x s(up(A_k))) - S(0), s the min-max normalisation (0 for a channel that is
 * the same everywhere) and up bilinear. Wang et al. 2020, "Score-CAM: Score-Weighted Visual Explanations for Convolutional Neural
 * Networks", algorithm 1. S(0) is the same for all channels and falls out of the softmax.
 */
export const scoreCam = configurable(
  'The explainer "scorecam"',
  {
    batch: {
      type: 'integer',
      default: 32,
      range: [1, 4096],
      description: 'Channels that go through the model at a time.',
    },
    ...smoothing,
  },
  ({ batch: largestBatch, smooth }): Explainer =>
    withAugmentation(smooth, {
      async explain(request) {
        const images = explainedImages(request);
        const { image, batch, pixels, scoresOf } = images;
        const { size } = image;
        const activations = await activationsOf(request, images);
        const { channels, height, width } = activations;
        const places = height * width;
        const rows = bilinearTaps(height, image.height);
        const columns = bilinearTaps(width, image.width);
        const part = { rows, columns, top: 0, left: 0, height: image.height, width: image.width };
        const mask = new Float32Array(image.height * image.width);
        const weights = Array.from({ length: batch }, () => new Float64Array(channels));
        let done = 0;
        for (const [sample, own] of weights.entries()) {
          const picture = pixels.subarray(sample * size, (sample + 1) * size);
          const shown = activations.of(sample);
          for (const { start, end } of evenBatches(channels, largestBatch)) {
            const versions = new Float32Array((end - start) * size);
            for (let channel = start; channel < end; channel += 1) {
              stretch(shown.subarray(channel * places, (channel + 1) * places), width, mask, part);
              normalise(mask);
              const at = channel - start;
              writeMasked(versions.subarray(at * size, (at + 1) * size), picture, mask, image);
            }
            own.set(await scoresOf(versions, sample), start);
            done += end - start;
            request.progress?.(done, channels * batch);
          }
        }
        return weights.map((scores, sample) => weighted(activations, sample, softmax(scores), smooth));
      },
    }),
);

/** Min-max, in place. */
function normalise(mask: Float32Array): void {
  const low = mask.reduce((left, right) => Math.min(left, right), Infinity);
  const high = mask.reduce((left, right) => Math.max(left, right), -Infinity);
  for (let at = 0; at < mask.length; at += 1) mask[at] = high > low ? (mask[at]! - low) / (high - low) : 0;
}

function softmax(scores: Float64Array): Float64Array {
  const largest = scores.reduce((left, right) => Math.max(left, right), -Infinity);
  const exponentials = scores.map((score) => Math.exp(score - largest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}
