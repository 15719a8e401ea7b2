import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mean } from '../src/index.ts';
import { exactSum } from '../src/exact-sum.ts';
import { repeatable, shuffled } from './arbitraries.ts';

describe('mean', () => {
  it('is exact where adding one by one is not', () => {
    expect(mean([1e100, 1, -1e100]).value).toBe(1 / 3);
    expect(mean(Array.from({ length: 10 }, () => 0.1)).value).toBe(0.1);
  });

  it('is undefined for no values, and says so', () => {
    expect(mean([])).toEqual({ value: undefined, reason: 'there are no values' });
    expect(mean([7])).toEqual({ value: 7 });
    expect(mean([-0])).toEqual({ value: 0 });
  });

  it('refuses values that are no finite numbers, naming the place', () => {
    expect(() => mean([1, NaN])).toThrow(new RangeError('value 1 is NaN, which is no finite number up to 1e150'));
    expect(() => mean([-Infinity])).toThrow(RangeError);
    expect(() => mean([1e200])).toThrow(RangeError);
  });

  it('is the same in any order', () => {
    fc.assert(
      fc.property(shuffled, ([values, other]) => expect(mean(other)).toEqual(mean(values))),
      repeatable,
    );
  });
});

describe('exactSum', () => {
  it('rounds once: equals the sum in whole numbers of 2^-1074 units', () => {
    const bits = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e12, max: 1e12 });
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 12 }), (values) => {
        const units = values.reduce((sum, value) => sum + inUnits(value), 0n);
        expect(exactSum(values) + 0).toBe(nearest(units) + 0);
      }),
      repeatable,
    );
  });

  it('rounds halves to even, and by what lies below them', () => {
    expect(exactSum([1, 2 ** -53])).toBe(1);
    expect(exactSum([1, 2 ** -53, 2 ** -106])).toBe(1 + 2 ** -52);
    expect(exactSum([1, 2 ** -53, -(2 ** -106)])).toBe(1);
    expect(exactSum([])).toBe(0);
  });
});

/** A double as a whole number of the smallest doubles. */
function inUnits(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const word = view.getBigUint64(0);
  const exponent = (word >> 52n) & 0x7ffn;
  const fraction = word & 0xfffffffffffffn;
  const size = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
  return word >> 63n === 1n ? -size : size;
}

/** The double nearest to a whole number of the smallest doubles, ties to even. */
function nearest(units: bigint): number {
  const size = units < 0n ? -units : units;
  const surplus = BigInt(Math.max(0, size.toString(2).length - 53));
  const [kept, rest] = [size >> surplus, size & ((1n << surplus) - 1n)];
  const half = surplus === 0n ? 0n : 1n << (surplus - 1n);
  const up = surplus > 0n && (rest > half || (rest === half && kept % 2n === 1n));
  const rounded = Number(up ? kept + 1n : kept) * 2 ** (Number(surplus) - 537) * 2 ** -537;
  return units < 0n ? -rounded : rounded;
}
