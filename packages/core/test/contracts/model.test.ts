import { describe, expect, it } from '@jest/globals';
import { batchOf, float32, isDifferentiable } from '@understory/core';
import type { DifferentiableModel, Model } from '@understory/core';

const zeros = (...dims: number[]) => float32(new Float32Array(dims.reduce((left, right) => left * right, 1)), dims);

describe('batchOf', () => {
  it('is the first dimension that all feeds share', () => {
    expect(batchOf({ image: zeros(4, 3, 2, 2), text: zeros(4, 7) })).toBe(4);
    expect(batchOf({ image: zeros(0, 3) })).toBe(0);
  });

  it.each([
    ['feeds that disagree', { a: zeros(1, 2), b: zeros(2, 2) }],
    ['a scalar', { a: zeros() }],
    ['a scalar beside a batch', { a: zeros(), b: zeros(2) }],
    ['nothing', {}],
  ])('refuses %s', (_, feeds) => {
    expect(() => batchOf(feeds)).toThrow(RangeError);
  });
});

describe('isDifferentiable', () => {
  const origin = { backend: 'none', executionProvider: 'cpu', sha256: '', remarks: [] };
  const model: Model = { inputs: [], outputs: [], layers: [], origin, run: async () => ({}), close: async () => {} };

  it('tells by the method', () => {
    const differentiable: DifferentiableModel = {
      ...model,
      differentiate: async () => ({ value: new Float32Array(), gradients: {}, fetched: {} }),
      differentiability: () => ({ differentiable: true }),
    };
    expect(isDifferentiable(model)).toBe(false);
    expect(isDifferentiable(differentiable)).toBe(true);
  });
});
