import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { concatBytes, fieldHeader, fieldsOf } from '../src/wire.ts';

describe('fieldsOf', () => {
  it('finds fields of every kind as they lie in the message', () => {
    const bytes = Uint8Array.of(0x08, 0x96, 0x01, 0x12, 2, 7, 8, 0x1d, 1, 2, 3, 4, 0x21, 1, 2, 3, 4, 5, 6, 7, 8);
    const fields = fieldsOf(bytes);
    expect(fields.map(({ number, wireType, payload }) => [number, wireType, [...payload]])).toEqual([
      [1, 0, [0x96, 0x01]],
      [2, 2, [7, 8]],
      [3, 5, [1, 2, 3, 4]],
      [4, 1, [1, 2, 3, 4, 5, 6, 7, 8]],
    ]);
    expect([...concatBytes(fields.map(({ whole }) => whole))]).toEqual([...bytes]);
  });

  it('copies nothing', () => {
    const bytes = Uint8Array.of(0x12, 2, 7, 8);
    const [field] = fieldsOf(bytes);
    expect(field!.payload.buffer).toBe(bytes.buffer);
  });

  for (const [what, bytes] of [
    ['inside a tag', [0x80]],
    ['inside a length', [0x12, 0x80]],
    ['inside a payload', [0x12, 3, 1, 2]],
    ['inside a number of four bytes', [0x1d, 1]],
    ['inside a number of eight bytes', [0x21, 1, 2, 3, 4]],
  ] as const) {
    it(`refuses bytes that stop ${what}`, () => {
      expect(() => fieldsOf(Uint8Array.from(bytes))).toThrow(expect.objectContaining({ code: 'ONNX_TRUNCATED' }));
    });
  }

  it('refuses groups, unknown kinds and numbers without end', () => {
    for (const bytes of [[0x0b], [0x0e, 1], [...Array<number>(11).fill(0x80), 1]]) {
      expect(() => fieldsOf(Uint8Array.from(bytes))).toThrow(expect.objectContaining({ code: 'ONNX_NOT_A_MODEL' }));
    }
  });

  it('reads back what fieldHeader announces, whatever the number of the field and its length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 29 - 1 }), fc.nat(40_000), (number, length) => {
        const [field, ...rest] = fieldsOf(concatBytes([fieldHeader(number, length), new Uint8Array(length)]));
        expect([field!.number, field!.wireType, field!.payload.length, rest.length]).toEqual([number, 2, length, 0]);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('announces lengths beyond 32 bits', () => {
    expect([...fieldHeader(7, 5 * 2 ** 32)]).toEqual([0x3a, 0x80, 0x80, 0x80, 0x80, 0x50]);
  });
});
