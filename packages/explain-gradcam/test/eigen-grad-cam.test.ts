import { describe, expect, it } from '@jest/globals';
import { augmented } from '@understory/core';
import { eigenGradCam } from '@understory/explain-gradcam';
import fc from 'fast-check';
import { close, known, mapOf, sum, type Known } from './known-gradients.ts';

/** The first principal axis of G A, less the means of channels, from what remains of its square when it is squared again and again. */
function plain({ activations, gradients }: Known): { readonly map: number[]; readonly isClear: boolean } {
  const products = activations.map((row, k) => row.map((activation, place) => activation * gradients[k]![place]!));
  const centred = products.map((row) => row.map((value) => value - sum(row) / row.length));
  const dot = (left: readonly number[], right: readonly number[]) => sum(left.map((value, at) => value * right[at]!));
  let power = centred.map((left) => centred.map((right) => dot(left, right)));
  const none = { map: activations[0]!.map(() => 0), isClear: true };
  if (Math.max(...power.flat().map(Math.abs)) < 1e-12) return none;
  for (let times = 0; times < 40; times += 1) {
    const squared = power.map((left) => power.map((right) => dot(left, right)));
    const largest = Math.max(...squared.flat().map(Math.abs));
    power = squared.map((row) => row.map((value) => value / largest));
  }
  const longest = power.reduce((best, row) => (dot(row, row) > dot(best, best) ? row : best));
  const length = Math.sqrt(dot(longest, longest)) * (sum(longest) < 0 ? -1 : 1);
  const axis = longest.map((value) => value / length);
  const map = activations[0]!.map((_, place) =>
    Math.max(
      0,
      dot(
        axis,
        centred.map((row) => row[place]!),
      ),
    ),
  );
  return { map, isClear: Math.abs(sum(axis)) > 1e-6 };
}

describe('eigenGradCam', () => {
  it('shows what channels have in common, and nothing of a channel that is alone in what it does', async () => {
    // The products less their means: (6, -6, 0), twice that, and (1, 1, -2), which is at a right angle to them.
    const map = await mapOf(eigenGradCam, {
      activations: [
        [12, 0, 6],
        [24, 0, 12],
        [4, 4, 1],
      ],
      gradients: [
        [1, 5, 1],
        [1, 5, 1],
        [1, 1, 1],
      ],
    });
    expect(close(map.data, [6 * Math.sqrt(5), 0, 0])).toBe(true);
  });

  it('is turned so that it rises with what HiResCAM adds up', async () => {
    const map = await mapOf(eigenGradCam, { activations: [[1, 3]], gradients: [[-4, -2]] });
    // -4 and -6, less their mean.
    expect(close(map.data, [1, 0])).toBe(true);
  });

  it('equals the projection on the limit of powers of the products', async () => {
    await fc.assert(
      fc.asyncProperty(known(0), async (sample) => {
        const { map, isClear } = plain(sample);
        return !isClear || close((await mapOf(eigenGradCam, sample)).data, map);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it('is averaged over versions of the image where it is told to', async () => {
    const layer = {
      activations: [
        [12, 0, 6],
        [1, 5, 3],
      ],
      gradients: [
        [1, 1, 1],
        [2, 1, 1],
      ],
    };
    const smoothed = await mapOf(eigenGradCam({ smooth: ['augmentation'] }), layer);
    expect(smoothed).toEqual(await mapOf(augmented(eigenGradCam), layer));
    expect(smoothed).not.toEqual(await mapOf(eigenGradCam, layer));
  });
});
