import { channelMeans, fromFloat32, objectiveValues, outputsOf } from '@understory/core';
import type { ExplainRequest } from '@understory/core';
import { errors } from './errors.ts';
import type { ExplainedImages } from './explained-image.ts';

/** The options of methods that compare an image with a baseline. */
export const baselineOptions = {
  baseline: {
    type: 'choice',
    default: 'constant',
    choices: ['constant', 'mean'],
    description: "What the image is compared with: one value everywhere, or the mean of each of the image's channels.",
  },
  value: {
    type: 'number',
    default: 0,
    range: [-1e6, 1e6],
    description: 'The value of a constant baseline, in the units that the model is fed.',
  },
} as const;

export interface Baseline {
  readonly baseline: 'constant' | 'mean';
  readonly value: number;
}

/** The baseline of each image, `[samples, image.size]`. */
export function baselineOf(images: ExplainedImages, { baseline, value }: Baseline): Float32Array {
  return baseline === 'mean' ? meanColours(images) : new Float32Array(images.pixels.length).fill(value);
}

/** The objectives at the baselines, `before`, and at the images; throws SCORES_NOT_FINITE. */
export async function objectivesAtEnds(
  request: ExplainRequest,
  images: ExplainedImages,
  start: Float32Array,
  { baseline, value }: Baseline,
): Promise<{ readonly before: Float64Array; readonly objectives: Float64Array }> {
  const before = await objectivesAt(request, images, start);
  const objectives = await objectivesAt(request, images, images.pixels);
  checkFinite(before, baseline === 'mean' ? 'the mean colours of image' : `a baseline of ${value} for image`);
  checkFinite(objectives, 'image');
  return { before, objectives };
}

/** How far attributions are from what they are to sum to. */
export function completeness(attributions: Float64Array, objective: number, baselineObjective: number) {
  const attributed = attributions.reduce((sum, attribution) => sum + attribution, 0);
  return { objective, baselineObjective, attributed, completenessGap: attributed - (objective - baselineObjective) };
}

async function objectivesAt(
  { model, feeds, objective, signal }: ExplainRequest,
  { image: { name, type, dims } }: ExplainedImages,
  pixels: Float32Array,
): Promise<Float64Array> {
  signal?.throwIfAborted();
  const outputs = await model.run({ ...feeds, [name]: fromFloat32(pixels, type, dims) }, outputsOf(objective));
  return objectiveValues(objective, outputs);
}

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
