import { configurable, seededRandom } from '@understory/core';
import type { Explainer } from '@understory/core';
import { explainedImages } from './explained-image.ts';
import { meanGradients } from './mean-gradients.ts';
import { overChannels, sumOfMagnitudes } from './over-channels.ts';

/**
 * SmoothGrad: the mean gradient at many noisy copies of the image, the magnitudes of a pixel's channels summed.
 *
 * sum_c |mean_n dS/dx_c(x + e_n)| with e_n normal and its deviation a share of the image's range. Smilkov et al. 2017, "SmoothGrad:
 * removing noise by adding noise", section 2.2. Every sample of a batch gets the same draws, so it does not matter what else is in it.
 */
export const smoothGrad = configurable(
  'The explainer "smoothgrad"',
  {
    samples: { type: 'integer', default: 50, range: [1, 100_000], description: 'Noisy copies of each image.' },
    noise: {
      type: 'number',
      default: 0.15,
      range: [0, 10],
      description:
        "Standard deviation of the noise as a share of the image's range, from its lowest value to its highest.",
    },
    batch: {
      type: 'integer',
      default: 16,
      range: [1, 4096],
      description: 'Copies that go through the model at a time.',
    },
  },
  ({ samples, noise, batch: largestBatch }): Explainer => ({
    async explain(request) {
      const images = explainedImages(request);
      const { image, batch, pixels } = images;
      const { size } = image;
      const area = image.height * image.width;
      const deviations = Array.from({ length: batch }, (_, sample) => {
        const own = pixels.subarray(sample * size, (sample + 1) * size);
        const low = own.reduce((left, right) => Math.min(left, right), Infinity);
        const high = own.reduce((left, right) => Math.max(left, right), -Infinity);
        return noise * (high - low);
      });
      const random = seededRandom(request.seed ?? 0).fork('smoothgrad');
      let draws = new Float64Array();
      let first = 0;
      const means = await meanGradients(images, request, {
        count: samples,
        largestBatch,
        prepare(start, end) {
          first = start;
          draws = Float64Array.from({ length: (end - start) * size }, () => random.normal());
        },
        write(into, copy, sample) {
          // Channel by channel, however the model lays them out: the same seed is the same noise on every backend.
          for (let place = 0; place < size; place += 1) {
            const channel = Math.floor(place / area);
            const at = channel * image.channelStride + (place % area) * image.pixelStride;
            into[at] = pixels[sample * size + at]! + deviations[sample]! * draws[(copy - first) * size + place]!;
          }
        },
      });
      return means.map((mean) => overChannels(image, mean, sumOfMagnitudes));
    },
  }),
);
