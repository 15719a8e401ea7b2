import { expect, it } from '@jest/globals';
import { mapCorrelations } from '../src/results.ts';

const image = (name: string, ...maps: readonly (readonly [string, string, readonly number[]])[]) => ({
  image: name,
  maps: maps.map(([explainer, target, values]) => ({ explainer, target, values: Float32Array.from(values) })),
});

it('averages over images how alike the maps of two explainers are, of one target and one size', () => {
  const images = [
    // A map and the same without its negative part; the other target turned round: 1 - 1 = 0 of this image.
    image(
      'a',
      ['cam', 'top1', [0, 1, 2, 3]],
      ['gradcam', 'top1', [0, 10, 20, 30]],
      ['cam', '2', [1, 0]],
      ['gradcam', '2', [0, 1]],
    ),
    image('b', ['cam', 'top1', [0, 1, 2, 3]], ['gradcam', 'top1', [3, 2, 1, 0]]),
    // A constant map, and one of another size, have no correlation.
    image('c', ['cam', 'top1', [1, 1]], ['gradcam', 'top1', [0, 1]]),
    image('d', ['cam', 'top1', [0, 1]], ['gradcam', 'top1', [0, 1, 2]]),
    image('e', ['rise', 'top1', [0, 1]]),
  ];
  const [pair, ...others] = mapCorrelations(images, 0);
  expect(pair).toMatchObject({ first: 'cam', second: 'gradcam', n: 2 });
  expect(pair!.mean).toBeCloseTo(-0.5, 12);
  expect(pair!.interval![0]).toBeCloseTo(-1, 6);
  expect(others.map(({ first, second, n, mean }) => [first, second, n, mean])).toEqual([
    ['cam', 'rise', 0, null],
    ['gradcam', 'rise', 0, null],
  ]);
});
