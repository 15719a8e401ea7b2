import { channelMeans, configurable, evenBatches } from '@understory/core';
import type { Explainer } from '@understory/core';
import { errors } from './errors.ts';
import { explainedImages } from './explained-images.ts';

/**
 * Occlusion: how far the explained number falls when a window of the image is filled with one colour; a pixel has the mean over
 * the windows that cover it.
 *
 * Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks", section 4.2. The last window of a row or column is
 * moved back to end with the image, so that every pixel is covered by whole windows.
 */
export const occlusion = configurable(
  'The explainer "occlusion"',
  {
    window: {
      type: 'integer',
      default: 0,
      range: [0, 100_000],
      description: "Side of the window in pixels; 0 for an eighth of the image's shorter side.",
    },
    stride: {
      type: 'integer',
      default: 0,
      range: [0, 100_000],
      description: 'Pixels from one window to the next; 0 for half a window.',
    },
    fill: {
      type: 'choice',
      default: 'mean',
      choices: ['mean', 'constant'],
      description: "Fill windows with the mean of each of the image's channels, or with one value.",
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
      description: 'Windows that go through the model at a time.',
    },
  },
  ({ window, stride, fill, value, batch: largestBatch }): Explainer => ({
    async explain(request) {
      const { image, batch, pixels, scoresOf } = explainedImages(request);
      const { height, width, channels, size } = image;
      const side = window === 0 ? Math.max(1, Math.round(Math.min(height, width) / 8)) : window;
      if (side > Math.min(height, width)) throw errors.windowTooLarge({ window: side, height, width });
      const step = stride === 0 ? Math.max(1, Math.floor(side / 2)) : Math.min(stride, side);
      const corners = startsOf(height, side, step).flatMap((top) =>
        startsOf(width, side, step).map((left) => ({ top, left })),
      );
      const maps: Float32Array[] = [];
      let done = 0;
      for (let sample = 0; sample < batch; sample += 1) {
        const own = pixels.slice(sample * size, (sample + 1) * size);
        const colour = fill === 'mean' ? channelMeans(own, image) : Array.from({ length: channels }, () => value);
        const [whole = 0] = await scoresOf(own, sample);
        const sum = new Float64Array(height * width);
        const covered = new Int32Array(height * width);
        for (const { start, end } of evenBatches(corners.length, largestBatch)) {
          const part = corners.slice(start, end);
          const versions = new Float32Array(part.length * size);
          part.forEach(({ top, left }, at) => {
            const version = versions.subarray(at * size, (at + 1) * size);
            version.set(own);
            forEachPixel({ top, left, side, width }, (pixel) => {
              for (let channel = 0; channel < channels; channel += 1) {
                version[channel * image.channelStride + pixel * image.pixelStride] = colour[channel]!;
              }
            });
          });
          const scores = await scoresOf(versions, sample);
          part.forEach(({ top, left }, at) => {
            forEachPixel({ top, left, side, width }, (pixel) => {
              sum[pixel]! += whole - scores[at]!;
              covered[pixel]! += 1;
            });
          });
          done += part.length;
          request.progress?.(done, corners.length * batch);
        }
        maps.push(Float32Array.from(sum, (fallen, pixel) => fallen / covered[pixel]!));
      }
      return maps.map((data) => ({ height, width, data }));
    },
  }),
);

/** Where windows of a side begin so that they cover `length` and all end within it. */
function startsOf(length: number, side: number, step: number): readonly number[] {
  const last = length - side;
  const count = Math.ceil(last / step) + 1;
  return Array.from({ length: count }, (_, at) => Math.min(at * step, last));
}

function forEachPixel(
  {
    top,
    left,
    side,
    width,
  }: { readonly top: number; readonly left: number; readonly side: number; readonly width: number },
  visit: (pixel: number) => void,
): void {
  for (let y = top; y < top + side; y += 1) {
    for (let x = left; x < left + side; x += 1) visit(y * width + x);
  }
}
