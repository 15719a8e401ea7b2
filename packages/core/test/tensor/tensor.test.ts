import { describe, expect, it } from '@jest/globals';
import { elementCount, float32, tensor } from '@understory/core';

describe('tensor', () => {
  it('wraps data without copying it', () => {
    const data = new BigInt64Array(6);
    const wrapped = tensor('int64', data, [2, 3]);
    expect(wrapped).toEqual({ type: 'int64', dims: [2, 3], data });
    expect(wrapped.data).toBe(data);
    expect(float32(new Float32Array(1), []).type).toBe('float32');
  });

  it.each([[[2, 2]], [[]], [[3, 0]]])('refuses three elements as %j', (dims) => {
    expect(() => float32(new Float32Array(3), dims)).toThrow(RangeError);
  });
});

describe('elementCount', () => {
  it('is the product of the dimensions, and 1 for a scalar', () => {
    expect(elementCount([2, 3, 4])).toBe(24);
    expect(elementCount([2, 0])).toBe(0);
    expect(elementCount([])).toBe(1);
  });
});
