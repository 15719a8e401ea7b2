import { describe, expect, it } from '@jest/globals';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { TensorProtoSchema, TensorProto_DataLocation, TensorProto_DataType, type TensorProto } from 'onnx-buf';
import { fromFloat16, readTensor, toFloat16, writeTensor, type ElementType } from '../src/index.ts';

describe('float16', () => {
  it('comes back bit for bit, all 65536 of them', () => {
    for (let bits = 0; bits < 65536; bits += 1) {
      const number = fromFloat16(bits);
      if (Number.isNaN(number)) expect(Number.isNaN(fromFloat16(toFloat16(number)))).toBe(true);
      else if (toFloat16(number) !== bits) throw new Error(`${bits} becomes ${number} becomes ${toFloat16(number)}`);
    }
  });

  it('is what the format says', () => {
    expect([0x3c00, 0xc000, 0x7bff, 0x0001, 0x0400, 0x7c00, 0xfc00].map(fromFloat16)).toEqual([
      1,
      -2,
      65504,
      2 ** -24,
      2 ** -14,
      Infinity,
      -Infinity,
    ]);
    expect(fromFloat16(0x8000)).toBe(-0);
  });

  it('rounds to the nearest, ties to even, and overflows to infinity', () => {
    expect([1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -11 + 2 ** -30].map(toFloat16)).toEqual([0x3c00, 0x3c02, 0x3c01]);
    expect([65519.99, 65520, -1e30, 2 ** -25, 2 ** -25 * 1.001, 2 ** -14 - 2 ** -26].map(toFloat16)).toEqual([
      0x7bff, 0x7c00, 0xfc00, 0, 1, 0x0400,
    ]);
  });

  it('is never further away than a neighbour', () => {
    fc.assert(
      fc.property(fc.double({ min: -65000, max: 65000, noNaN: true }), (value) => {
        const bits = toFloat16(value);
        const distance = Math.abs(fromFloat16(bits) - value);
        for (const neighbour of [bits - 1, bits + 1]) {
          const other = fromFloat16(neighbour & 0xffff);
          if (Number.isFinite(other)) expect(distance).toBeLessThanOrEqual(Math.abs(other - value));
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe('tensors', () => {
  const samples: Readonly<Record<Exclude<ElementType, 'string'>, readonly number[]>> = {
    float32: [0.5, -1.25, Math.fround(0.1), Infinity],
    float64: [0.1, -1e300, 2, 0],
    float16: [0.5, -65504, 2 ** -24, 3],
    bfloat16: [0.5, -256, 2 ** -100, 3],
    int64: [1, -2, Number.MAX_SAFE_INTEGER, 0],
    uint64: [1, 2, Number.MAX_SAFE_INTEGER, 0],
    int32: [1, -(2 ** 31), 2 ** 31 - 1, 0],
    uint32: [1, 2 ** 32 - 1, 7, 0],
    int16: [1, -32768, 32767, 0],
    uint16: [1, 65535, 7, 0],
    int8: [1, -128, 127, 0],
    uint8: [1, 255, 7, 0],
    bool: [1, 0, 0, 1],
  };

  for (const [type, values] of Object.entries(samples) as [ElementType, number[]][]) {
    it(`of ${type} read back as written, also where their bytes do not lie on a boundary`, () => {
      const written = writeTensor('w', { type, dims: [2, 2], values });
      const shifted = new Uint8Array(written.rawData.length + 1);
      shifted.set(written.rawData, 1);
      for (const rawData of [written.rawData, shifted.subarray(1), Buffer.from(shifted).subarray(1)]) {
        const read = readTensor({ ...written, rawData: rawData as Uint8Array<ArrayBuffer> })!;
        expect([read.type, read.dims, Array.from(read.values)]).toEqual([type, [2, 2], values]);
      }
    });
  }

  const fields = (dataType: TensorProto_DataType, more: MessageInitShape<typeof TensorProtoSchema>, count = 2) =>
    Array.from(readTensor(create(TensorProtoSchema, { ...more, dims: [BigInt(count)], dataType }))!.values);

  it('keep their values in the list that fits their type, where they have no raw bytes', () => {
    const { FLOAT, DOUBLE, INT64, UINT64, UINT32, INT32, BOOL, UINT8, FLOAT16, BFLOAT16 } = TensorProto_DataType;
    expect(fields(FLOAT, { floatData: [0.5, -1] })).toEqual([0.5, -1]);
    expect(fields(DOUBLE, { doubleData: [0.1, 2] })).toEqual([0.1, 2]);
    expect(fields(INT64, { int64Data: [3n, -4n] })).toEqual([3, -4]);
    expect(fields(UINT64, { uint64Data: [3n, 4n] })).toEqual([3, 4]);
    expect(fields(UINT32, { uint64Data: [3n, 4n] })).toEqual([3, 4]);
    for (const type of [INT32, BOOL, UINT8]) expect(fields(type, { int32Data: [1, 0] })).toEqual([1, 0]);
    expect(fields(FLOAT16, { int32Data: [0x3c00, 0xc000] })).toEqual([1, -2]);
    expect(fields(BFLOAT16, { int32Data: [0x3f80, 0xc000] })).toEqual([1, -2]);
  });

  it('of no elements and of one are read', () => {
    expect(fields(TensorProto_DataType.FLOAT, {}, 0)).toEqual([]);
    const scalar = readTensor(writeTensor('', { type: 'float32', dims: [], values: [3] }))!;
    expect([scalar.dims, Array.from(scalar.values)]).toEqual([[], [3]]);
  });

  it('round bfloat16 to the nearest, ties to even, and keep what is no number', () => {
    const once = (value: number) =>
      readTensor(writeTensor('', { type: 'bfloat16', dims: [], values: [value] }))!.values[0]!;
    expect([1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8 + 2 ** -20].map(once)).toEqual([1, 1 + 2 ** -6, 1 + 2 ** -7]);
    expect([NaN, -Infinity, 1e-45].map(once)).toEqual([NaN, -Infinity, 0]);
  });

  it('clamp int64 to its ends, which ONNX reads as "to the end"', () => {
    const { rawData } = writeTensor('', { type: 'int64', dims: [2], values: [2 ** 63, -(2 ** 64)] });
    const view = new DataView(rawData.buffer, rawData.byteOffset);
    expect([view.getBigInt64(0, true), view.getBigInt64(8, true)]).toEqual([2n ** 63n - 1n, -(2n ** 63n)]);
  });

  it('in other files, and of types without numbers, have no values here', () => {
    const base = writeTensor('w', { type: 'float32', dims: [1], values: [1] });
    expect(readTensor({ ...base, dataLocation: TensorProto_DataLocation.EXTERNAL })).toBeUndefined();
    expect(readTensor({ ...base, dataType: TensorProto_DataType.STRING })).toBeUndefined();
    expect(readTensor({ ...base, dataType: TensorProto_DataType.COMPLEX64 })).toBeUndefined();
  });

  for (const [what, change] of [
    ['too few bytes', { dims: [3n] }],
    ['too many bytes', { dims: [1n] }],
    ['bytes that are no whole number of elements', { rawData: new Uint8Array(7) }],
    ['a negative size', { dims: [-2n] }],
    ['no values at all', { rawData: new Uint8Array() }],
  ] as const) {
    it(`with ${what} are refused`, () => {
      const base = writeTensor('w', { type: 'float32', dims: [2], values: [1, 2] });
      expect(() => readTensor({ ...base, ...change } as TensorProto)).toThrow(
        expect.objectContaining({ code: 'ONNX_MALFORMED', found: expect.stringContaining('"w"') }),
      );
    });
  }
});
