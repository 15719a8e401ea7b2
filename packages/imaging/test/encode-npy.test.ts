import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeNpy } from '../src/index.ts';

describe('encodeNpy', () => {
  it.each<[dims: number[], shape: string]>([
    [[2, 3], '(2, 3)'],
    [[6], '(6,)'],
    [[1, 2, 3, 1], '(1, 2, 3, 1)'],
  ])('writes the header of NumPy for %j', (dims, shape) => {
    const file = encodeNpy(Float32Array.of(0, 1, -2, 3.5, Infinity, 1e-40), dims);
    const { description, start } = parse(file);
    expect(description).toBe(`{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }`);
    expect(start % 64).toBe(0);
  });

  it('writes a scalar', () => {
    const file = encodeNpy(Float32Array.of(1), []);
    expect(parse(file).description).toContain("'shape': ()");
    expect([...file.subarray(-4)]).toEqual([0, 0, 0x80, 0x3f]);
  });

  it('keeps every value', () => {
    fc.assert(
      fc.property(fc.float32Array({ maxLength: 50 }), (data) => {
        const file = encodeNpy(data, [data.length]);
        expect(new Float32Array(file.slice(parse(file).start).buffer)).toEqual(data);
      }),
      { seed: 1, numRuns: 40 },
    );
  });

  it('refuses dimensions that do not fit', () => {
    expect(() => encodeNpy(new Float32Array(5), [2, 3])).toThrow(RangeError);
  });
});

/** Reads the header as NumPy's format description 1.0 has it. */
function parse(file: Uint8Array): { description: string; start: number } {
  expect([...file.subarray(0, 8)]).toEqual([0x93, ...new TextEncoder().encode('NUMPY'), 1, 0]);
  const length = file[8]! + 256 * file[9]!;
  const header = new TextDecoder().decode(file.subarray(10, 10 + length));
  expect(header).toMatch(/^\{.*\} *\n$/);
  return { description: header.trimEnd(), start: 10 + length };
}
