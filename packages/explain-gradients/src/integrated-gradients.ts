import { channelMeans, configurable, fromFloat32, objectiveValues, outputsOf } from '@understory/core';
import type { Explainer, ExplainRequest } from '@understory/core';
import { errors } from './errors.ts';
import { explainedImages, type ExplainedImages } from './explained-image.ts';
import { meanGradients } from './mean-gradients.ts';
import { overChannels, signedSum } from './over-channels.ts';

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
    baseline: {
      type: 'choice',
      default: 'constant',
      choices: ['constant', 'mean'],
      description: "The baseline of the path: one value everywhere, or at the mean of each of the image's channels.",
    },
    value: {
      type: 'number',
      default: 0,
      range: [-1e6, 1e6],
      description: 'The value of a constant baseline, in the units that the model is fed.',
    },
    batch: {
      type: 'integer',
      default: 16,
      range: [1, 4096],
      description: 'Points that go through the model at a time.',
    },
  },
  ({ steps, baseline, value, batch: largestBatch }): Explainer => ({
    async explain(request) {
      const images = explainedImages(request);
      const { image, pixels } = images;
      const { size } = image;
      const start = baseline === 'mean' ? meanColours(images) : new Float32Array(pixels.length).fill(value);
      const before = await objectivesAt(request, images, start);
      const objectives = await objectivesAt(request, images, pixels);
      checkFinite(before, baseline === 'mean' ? 'the mean colours of image' : `a baseline of ${value} for image`);
      checkFinite(objectives, 'image');
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
      return means.map((mean, sample) => {
        const attributions = mean.map((gradient, at) => {
          const place = sample * size + at;
          return gradient * (pixels[place]! - start[place]!);
        });
        const attributed = attributions.reduce((sum, attribution) => sum + attribution, 0);
        const objective = objectives[sample]!;
        const baselineObjective = before[sample]!;
        const completenessGap = attributed - (objective - baselineObjective);
        const details = { objective, baselineObjective, attributed, completenessGap };
        return { ...overChannels(image, attributions, signedSum), details };
      });
    },
  }),
);

async function objectivesAt(
  { model, feeds, objective, signal }: ExplainRequest,
  { image: { name, type, dims } }: ExplainedImages,
  pixels: Float32Array,
): Promise<Float64Array> {
  signal?.throwIfAborted();
  const outputs = await model.run({ ...feeds, [name]: fromFloat32(pixels, type, dims) }, outputsOf(objective));
  return objectiveValues(objective, outputs);
}

/** Throws SCORES_NOT_FINITE. */
function checkFinite(scores: Float64Array, what: string): void {
  const sample = scores.findIndex((score) => !Number.isFinite(score));
  if (sample >= 0) throw errors.scoreNotFinite({ found: scores[sample]!, where: `${what} ${sample + 1}` });
}

/** Each channel of each image filled with its mean. */
function meanColours({ image, batch, pixels }: ExplainedImages): Float32Array {
  const { size, height, width, channelStride, pixelStride } = image;
  const filled = new Float32Array(pixels.length);
  for (let sample = 0; sample < batch; sample += 1) {
    const first = sample * size;
    channelMeans(pixels.subarray(first, first + size), image).forEach((mean, channel) => {
      for (let place = 0; place < height * width; place += 1) {
        filled[first + channel * channelStride + place * pixelStride] = mean;
      }
    });
  }
  return filled;
}
