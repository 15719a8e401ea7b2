import { describe, expect, it } from '@jest/globals';
import { fromFloat32, tensor, toFloat32 } from '@understory/core';

describe('fromFloat32', () => {
  it('hands float32 through', () => {
    const values = Float32Array.of(1, 2);
    expect(fromFloat32(values, 'float32', [2]).data).toBe(values);
  });

  it('finds the bits of every half again', () => {
    const bits = Uint16Array.from({ length: 65536 }, (_, at) => at).filter((half) => (half & 0x7c00) !== 0x7c00);
    const values = toFloat32(tensor('float16', bits, [bits.length]));
    expect(fromFloat32(values, 'float16', [bits.length]).data).toEqual(bits);
  });

  it('rounds to the nearest half, between two to the even one', () => {
    const values = Float32Array.of(
      1 + 2 ** -11,
      1 + 3 * 2 ** -11,
      1 + 2 ** -11 + 2 ** -20,
      65519,
      65520,
      2 ** -25,
      3e-8,
    );
    expect([...fromFloat32(values, 'float16', [7]).data]).toEqual([
      0x3c00, 0x3c02, 0x3c01, 0x7bff, 0x7c00, 0x0000, 0x0001,
    ]);
    expect([...fromFloat32(Float32Array.of(Infinity, -Infinity, -0), 'float16', [3]).data]).toEqual([
      0x7c00, 0xfc00, 0x8000,
    ]);
    expect(toFloat32(fromFloat32(Float32Array.of(NaN), 'float16', [1]))[0]).toBeNaN();
  });

  it('rounds whole numbers and stays in their range', () => {
    const values = Float32Array.of(-300, -1, 0.4, 0.6, 254.5, 300);
    expect(fromFloat32(values, 'uint8', [6])).toEqual(tensor('uint8', Uint8Array.of(0, 0, 0, 1, 255, 255), [6]));
    expect(fromFloat32(values, 'int8', [6]).data).toEqual(Int8Array.of(-128, -1, 0, 1, 127, 127));
    expect(fromFloat32(values, 'float64', [6]).data).toEqual(Float64Array.from(values));
  });

  it('refuses types that no picture is made of, and lengths that disagree', () => {
    expect(() => fromFloat32(new Float32Array(1), 'int64', [1])).toThrow(RangeError);
    expect(() => fromFloat32(new Float32Array(1), 'bool', [1])).toThrow(RangeError);
    expect(() => fromFloat32(new Float32Array(2), 'float16', [1])).toThrow(RangeError);
  });
});
