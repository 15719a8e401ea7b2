import { channelMeans, fromFloat32, objectiveValues, outputsOf } from '@understory/core';
import type { ExplainRequest, HeatMap } from '@understory/core';
import { errors } from './errors.ts';
import { everySample, type ExplainedImages } from './explained-image.ts';
import { overChannels, signedSum } from './over-channels.ts';

/** The options of methods that compare an image with a baseline. */
export const baselineOptions = {
  baseline: {
    type: 'choice',
    default: 'constant',
    choices: ['constant', 'mean', 'range'],
    description:
      "What the image is compared with: one value everywhere, the mean of each of the image's channels, or several values one after the other, whose maps are averaged.",
  },
  value: {
    type: 'number',
    default: 0,
    range: [-1e6, 1e6],
    description: 'The value of a constant baseline, and the first of a range, in the units that the model is fed.',
  },
  until: {
    type: 'number',
    default: 1,
    range: [-1e6, 1e6],
    description: 'The last value of a range, in the units that the model is fed.',
  },
  baselines: {
    type: 'integer',
    default: 5,
    range: [2, 1000],
    description: 'How many values a range has, evenly apart.',
  },
} as const;

export interface Baseline {
  readonly baseline: 'constant' | 'mean' | 'range';
  readonly value: number;
  readonly until: number;
  readonly baselines: number;
}

/** How far attributions are from what they are to sum to. */
function completeness(attributions: Float64Array, objective: number, baselineObjective: number) {
  const attributed = attributions.reduce((sum, attribution) => sum + attribution, 0);
  return { objective, baselineObjective, attributed, completenessGap: attributed - (objective - baselineObjective) };
}

/**
 * Maps of signed sums over channels from `attribute`, which attributes to each element of each image what it adds to a baseline, `[samples, image.size]`; the mean over the
 * baselines where there are several. `details` say how far each is from complete. Throws SCORES_NOT_FINITE.
 */
export async function overBaselines(
  request: ExplainRequest,
  images: ExplainedImages,
  baseline: Baseline,
  attribute: (start: Float32Array) => Promise<readonly Float64Array[]>,
): Promise<readonly HeatMap[]> {
  const { image, batch, pixels } = images;
  const objectives = await objectivesAt(request, images, pixels);
  checkFinite(objectives, 'image');
  const sums = everySample(batch).map(() => new Float64Array(image.size));
  const before = new Float64Array(batch);
  const values = valuesOf(baseline);
  for (const value of values) {
    const isMean = baseline.baseline === 'mean';
    const start = isMean ? meanColours(images) : new Float32Array(pixels.length).fill(value);
    const own = await objectivesAt(request, images, start);
    checkFinite(own, isMean ? 'the mean colours of image' : `a baseline of ${value} for image`);
    const attributions = await attribute(start);
    for (const sample of everySample(batch)) {
      before[sample]! += own[sample]! / values.length;
      attributions[sample]!.forEach((attribution, at) => (sums[sample]![at]! += attribution / values.length));
    }
  }
  return sums.map((attributions, sample) => ({
    ...overChannels(image, attributions, signedSum),
    details: completeness(attributions, objectives[sample]!, before[sample]!),
  }));
}

function valuesOf({ baseline, value, until, baselines }: Baseline): readonly number[] {
  if (baseline !== 'range') return [value];
  return Array.from({ length: baselines }, (_, at) => value + ((until - value) * at) / (baselines - 1));
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
