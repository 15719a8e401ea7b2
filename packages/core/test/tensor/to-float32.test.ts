import { describe, expect, it } from '@jest/globals';
import { tensor, toFloat32 } from '@understory/core';

describe('toFloat32', () => {
  it('hands float32 back as it is', () => {
    const data = Float32Array.of(1, 2);
    expect(toFloat32(tensor('float32', data, [2]))).toBe(data);
  });

  it.each([
    [0x0000, 0],
    [0x8000, -0],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, 65504],
    [0x0400, 2 ** -14],
    [0x0001, 2 ** -24],
    [0x83ff, -1023 * 2 ** -24],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x7e00, NaN],
  ])('decodes the half %i', (bits, value) => {
    expect(toFloat32(tensor('float16', Uint16Array.of(bits), [1]))[0]).toBe(value);
  });

  it('converts the other types', () => {
    expect(toFloat32(tensor('int64', BigInt64Array.of(-3n, 5n), [2]))).toEqual(Float32Array.of(-3, 5));
    expect(toFloat32(tensor('float64', Float64Array.of(0.1), [1]))).toEqual(Float32Array.of(0.1));
    expect(toFloat32(tensor('uint16', Uint16Array.of(0x3c00), [1]))).toEqual(Float32Array.of(0x3c00));
    expect(toFloat32(tensor('bool', Uint8Array.of(0, 1), [2]))).toEqual(Float32Array.of(0, 1));
  });
});
