import { expect, it } from '@jest/globals';
import { imageInputOf, float32, seededRandom } from '@understory/core';
import { channelMean } from '../../src/perturbations/channel-mean.ts';
import { constant } from '../../src/perturbations/constant.ts';

const pixels = Float32Array.of(1, 2, 3, 10, 20, 30);
const inputs = [{ name: 'x', type: 'float32', dims: undefined }] as const;
const input = imageInputOf({ inputs }, { x: float32(pixels, [1, 3, 1, 2]) });

it('constant is one value everywhere', () => {
  const replacement = constant({ value: 0.5 })(pixels, input, seededRandom(0));
  expect(replacement).toEqual({ kind: 'picture', pixels: new Float32Array(6).fill(0.5) });
});

it('channelMean is one value a channel, of this picture', () => {
  expect(channelMean(pixels, input, seededRandom(0))).toEqual({
    kind: 'picture',
    pixels: Float32Array.of(1.5, 1.5, 6.5, 6.5, 25, 25),
  });
});
