import { channelMeans } from '@understory/core';
import type { ImageInput } from '@understory/core';
import { slic } from './slic.ts';
import type { Superpixels } from './slic.ts';

/** The settings of methods that leave superpixels out of an image. */
export const superpixelOptions = {
  segmentation: {
    type: 'choice',
    default: 'slic',
    choices: ['slic', 'grid'],
    description: 'Cut the image along its colours (slic), or into rectangles of one size (grid).',
  },
  segments: { type: 'integer', default: 50, range: [1, 1000], description: 'About how many superpixels.' },
  compactness: {
    type: 'number',
    default: 10,
    range: [0, 1e6],
    description: 'How much nearness counts beside colours that reach from 0 to 100, in slic: the higher, the squarer.',
  },
  fill: {
    type: 'choice',
    default: 'mean',
    choices: ['mean', 'segment', 'constant'],
    description:
      "Fill what is left out with the mean of each of the image's channels, with that of the superpixel itself, or with one value.",
  },
  value: {
    type: 'number',
    default: 0,
    range: [-1e6, 1e6],
    description: 'The value of a constant fill, in the units that the model is fed.',
  },
  batch: {
    type: 'integer',
    default: 32,
    range: [1, 4096],
    description: 'Images with superpixels left out that go through the model at a time.',
  },
} as const;

export interface SuperpixelSettings {
  readonly segmentation: 'slic' | 'grid';
  readonly segments: number;
  readonly compactness: number;
  readonly fill: 'mean' | 'segment' | 'constant';
  readonly value: number;
  readonly batch: number;
}

/** The superpixels of one image. */
export function superpixelsOf(
  pixels: Float32Array,
  { channels, channelStride, pixelStride, height, width }: ImageInput,
  { segmentation, segments, compactness }: SuperpixelSettings,
): Superpixels {
  if (segmentation === 'grid') return cells({ height, width, segments });
  const planes = Array.from({ length: channels }, (_, channel) =>
    Float32Array.from({ length: height * width }, (__, at) => pixels[channel * channelStride + at * pixelStride]!),
  );
  return slic(planes, { height, width, segments, compactness });
}

/** Rectangles as near to squares as their number allows. */
function cells({ height, width, segments }: { height: number; width: number; segments: number }): Superpixels {
  const side = Math.sqrt((height * width) / segments);
  const rows = Math.min(height, Math.max(1, Math.round(height / side)));
  const columns = Math.min(width, Math.max(1, Math.round(width / side)));
  const labels = Int32Array.from({ length: height * width }, (_, at) => {
    const row = Math.floor((Math.floor(at / width) * rows) / height);
    return row * columns + Math.floor(((at % width) * columns) / width);
  });
  return { labels, count: rows * columns };
}

/** The image with every superpixel left out. */
export function leftOut(
  pixels: Float32Array,
  { labels, count }: Superpixels,
  image: ImageInput,
  { fill, value }: SuperpixelSettings,
): Float32Array {
  const { channels, channelStride, pixelStride } = image;
  const sizes = new Int32Array(count);
  for (const label of labels) sizes[label]! += 1;
  const empty = pixels.slice();
  const means = channelMeans(pixels, image);
  for (let channel = 0; channel < channels; channel += 1) {
    const start = channel * channelStride;
    const own = new Float64Array(count);
    labels.forEach((label, at) => (own[label]! += pixels[start + at * pixelStride]! / sizes[label]!));
    labels.forEach((label, at) => {
      empty[start + at * pixelStride] = { mean: means[channel]!, segment: own[label]!, constant: value }[fill];
    });
  }
  return empty;
}
