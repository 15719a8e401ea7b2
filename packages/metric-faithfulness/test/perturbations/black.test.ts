import { expect, it } from '@jest/globals';
import { imageInputOf, seededRandom } from '@understory/core';
import { black } from '../../src/perturbations/black.ts';
import { tinyRequest } from '../support/networks.ts';

it('replaces every element by the smallest of the picture', () => {
  const { model, feeds } = tinyRequest();
  const replaced = black(Float32Array.of(3, -2, 5, 0), imageInputOf(model, feeds), seededRandom(0));
  expect(replaced).toEqual({ kind: 'picture', pixels: Float32Array.of(-2, -2, -2, -2) });
});
