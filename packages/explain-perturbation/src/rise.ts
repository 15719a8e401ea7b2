import { configurable, evenBatches, seededRandom } from '@understory/core';
import type { Explainer, ImageInput, SeededRandom } from '@understory/core';
import { bilinearTaps, stretch, type Stretch } from './bilinear.ts';
import { explainedImages, writeMasked } from './explained-images.ts';
import { probabilities } from './probability.ts';

/**
 * RISE: the mean of random masks, each weighted by the score of the image seen through it.
 *
 * 1 / (N p) sum_i f(x m_i) m_i. Masks are `grid` x `grid` cells, each open with probability p, stretched bilinearly to one cell
 * more than the image and shifted by a random part of a cell; the image is multiplied by them as the model is fed it. Petsiuk, Das and Saenko
 * 2018, "RISE: Randomized Input Sampling for Explanation of Black-box Models", equation 6 and section 3.2. Every sample of a batch
 * is seen through the same masks. Memory does not grow with N.
 */
export const rise = configurable(
  'The explainer "rise"',
  {
    masks: {
      type: 'integer',
      default: 4000,
      range: [1, 1_000_000],
      description: 'Masks that each image is seen through.',
    },
    grid: { type: 'integer', default: 7, range: [1, 1000], description: 'Cells of a mask along each side.' },
    open: { type: 'number', default: 0.5, range: [0.001, 1], description: 'Probability that a cell is open.' },
    score: {
      type: 'choice',
      default: 'probability',
      choices: ['probability', 'objective'],
      description: 'Weigh masks by the probability of the class, as the paper does, or by the objective as it stands.',
    },
    batch: {
      type: 'integer',
      default: 32,
      range: [1, 4096],
      description: 'Masks that go through the model at a time.',
    },
  },
  ({ masks, grid, open, score, batch: largestBatch }): Explainer => ({
    async explain(request) {
      const { image, batch, pixels, scoresOf } = explainedImages(request);
      const { height, width, size } = image;
      const places = height * width;
      const draw = riseMasks(image, { grid, open, random: seededRandom(request.seed ?? 0).fork('rise') });
      const sums = Array.from({ length: batch }, () => new Float64Array(places));
      const kept: Float32Array[] = [];
      let done = 0;
      for (const { start, end } of evenBatches(masks, largestBatch)) {
        const drawn = Array.from({ length: end - start }, (_, at) => (kept[at] = draw(kept[at])));
        for (const [sample, sum] of sums.entries()) {
          const own = pixels.subarray(sample * size, (sample + 1) * size);
          const versions = new Float32Array(drawn.length * size);
          drawn.forEach((mask, at) => writeMasked(versions.subarray(at * size, (at + 1) * size), own, mask, image));
          const scores = await scoresOf(versions, sample, score === 'probability' ? probabilities : undefined);
          drawn.forEach((mask, at) => {
            const weight = scores[at]!;
            for (let place = 0; place < places; place += 1) sum[place]! += weight * mask[place]!;
          });
          done += drawn.length;
          request.progress?.(done, masks * batch);
        }
      }
      return sums.map((sum) => ({ height, width, data: Float32Array.from(sum, (value) => value / (masks * open)) }));
    },
  }),
);

/** Draws one mask `[height, width]` after the other, into an array that is given or into a new one. */
export function riseMasks(
  { height, width }: Pick<ImageInput, 'height' | 'width'>,
  { grid, open, random }: { readonly grid: number; readonly open: number; readonly random: SeededRandom },
): (into?: Float32Array) => Float32Array {
  const cellHeight = Math.ceil(height / grid);
  const cellWidth = Math.ceil(width / grid);
  const rows = bilinearTaps(grid, (grid + 1) * cellHeight);
  const columns = bilinearTaps(grid, (grid + 1) * cellWidth);
  return (mask = new Float32Array(height * width)) => {
    const cells = Float64Array.from({ length: grid * grid }, () => (random.uniform() < open ? 1 : 0));
    const part: Stretch = {
      rows,
      columns,
      top: random.integer(cellHeight),
      left: random.integer(cellWidth),
      height,
      width,
    };
    stretch(cells, grid, mask, part);
    return mask;
  };
}
