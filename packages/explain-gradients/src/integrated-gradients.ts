import { configurable } from '@understory/core';
import type { Explainer } from '@understory/core';
import { baselineOptions, overBaselines } from './baseline.ts';
import { explainedImages } from './explained-image.ts';
import { meanGradients } from './mean-gradients.ts';

/**
 * Integrated gradients: the gradient along the straight way from a baseline to the image, times the difference of the two; a pixel's
 * channels are summed with their signs, so that the whole map adds up to what the image adds to the baseline's number.
 *
 * sum_c (x_c - x'_c) mean_k dS/dx_c(x' + (k - 1/2)/n (x - x')), k from 1 to n: the midpoint rule for equation 1 of Sundararajan, Taly
 * and Yan 2017, "Axiomatic Attribution for Deep Networks", whose equation 3 is the right-hand rule. `details` report completeness,
 * their proposition 1: `objective` and `baselineObjective`, `attributed`, the sum of the map, and `completenessGap`, what `attributed`
 * exceeds the difference of the two by; more steps make it smaller.
 */
export const integratedGradients = configurable(
  'The explainer "integrated-gradients"',
  {
    steps: {
      type: 'integer',
      default: 50,
      range: [1, 100_000],
      description: 'Points on the path at which gradients are evaluated.',
    },
    ...baselineOptions,
    batch: {
      type: 'integer',
      default: 16,
      range: [1, 4096],
      description: 'Points that go through the model at a time.',
    },
  },
  ({ steps, batch: largestBatch, ...baseline }): Explainer => ({
    async explain(request) {
      const images = explainedImages(request);
      const { image, pixels } = images;
      const { size } = image;
      return overBaselines(request, images, baseline, async (start) => {
        const means = await meanGradients(images, request, {
          count: steps,
          largestBatch,
          write(into, step, sample) {
            const share = (step + 0.5) / steps;
            for (let at = 0; at < size; at += 1) {
              const from = start[sample * size + at]!;
              into[at] = from + share * (pixels[sample * size + at]! - from);
            }
          },
        });
        return means.map((mean, sample) =>
          mean.map((gradient, at) => {
            const place = sample * size + at;
            return gradient * (pixels[place]! - start[place]!);
          }),
        );
      });
    },
  }),
);
