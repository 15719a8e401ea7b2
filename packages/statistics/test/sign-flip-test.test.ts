import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { signFlipTest } from '../src/index.ts';
import { measurement, repeatable, shuffled } from './arbitraries.ts';

/** Looks at every pattern of signs, one by one. */
function plainly(differences: readonly number[]): number {
  const sum = (pattern: number) =>
    differences.reduce((total, difference, place) => total + ((pattern >> place) & 1 ? -difference : difference), 0);
  const patterns = Array.from({ length: 2 ** differences.length }, (_, pattern) => Math.abs(sum(pattern)));
  return patterns.filter((size) => size >= Math.abs(sum(0)) * (1 - 1e-12)).length / patterns.length;
}

describe('signFlipTest', () => {
  it('agrees with SciPy', () => {
    const first = [0.19, 0.31, 0.08, 0.45, 0.22, 0.27, 0.14, 0.39, 0.05, 0.33];
    const second = [0.25, 0.3, 0.19, 0.52, 0.2, 0.41, 0.22, 0.38, 0.17, 0.4];
    const differences = first.map((value, place) => value - second[place]!);
    // scipy.stats.permutation_test((differences,), numpy.mean, permutation_type='samples', n_resamples=numpy.inf).pvalue, SciPy 1.17.1
    expect(signFlipTest(differences)).toEqual({ pValue: 0.015625, kind: 'exact' });
  });

  it('equals looking at every pattern, ties and zeros included', () => {
    const few = fc.array(fc.oneof(measurement, fc.constantFrom(0, 0.1, 0.2, 0.3, -0.3)), {
      minLength: 1,
      maxLength: 9,
    });
    fc.assert(
      fc.property(few, (differences) => {
        const { pValue, kind } = signFlipTest(differences);
        expect([pValue, kind]).toEqual([plainly(differences), 'exact']);
      }),
      repeatable,
    );
  });

  it('draws patterns where there are too many, and comes close to the exact p', () => {
    const differences = Array.from({ length: 30 }, (_, place) => Math.sin(place) + 0.3);
    const exact = signFlipTest(differences);
    const drawn = signFlipTest(differences, { exactUpTo: 20 });
    expect([exact.kind, drawn.kind]).toEqual(['exact', 'monteCarlo']);
    expect(Math.abs(exact.pValue! - drawn.pValue!)).toBeLessThan(0.01);
    expect(signFlipTest(differences, { exactUpTo: 20 })).toEqual(drawn);
    expect(signFlipTest(differences, { exactUpTo: 20, seed: 1 })).not.toEqual(drawn);
  });

  it('never gives a p of zero', () => {
    const differences = Array.from({ length: 1000 }, () => 1);
    expect(signFlipTest(differences, { permutations: 99 })).toEqual({ pValue: 0.01, kind: 'monteCarlo' });
    expect(signFlipTest(differences.slice(0, 5))).toEqual({ pValue: 2 / 32, kind: 'exact' });
  });

  it('is defined for no differences, for one and for zeros', () => {
    expect(signFlipTest([])).toEqual({ pValue: undefined, kind: 'exact', reason: 'there are no differences' });
    expect(signFlipTest([-3])).toEqual({ pValue: 1, kind: 'exact' });
    expect(signFlipTest([0, 0])).toEqual({ pValue: 1, kind: 'exact' });
    expect(() => signFlipTest([1], { permutations: 0 })).toThrow(RangeError);
    expect(() => signFlipTest([1], { exactUpTo: 50 })).toThrow(RangeError);
    expect(() => signFlipTest([NaN])).toThrow(RangeError);
  });

  it('does not depend on order, sign or scale', () => {
    fc.assert(
      fc.property(shuffled, fc.constantFrom(0, 32), ([values, other], exactUpTo) => {
        const options = { exactUpTo, permutations: 49 };
        const found = signFlipTest(values, options);
        expect(signFlipTest(other, options)).toEqual(found);
        expect(
          signFlipTest(
            values.map((value) => -4 * value),
            options,
          ),
        ).toEqual(found);
      }),
      repeatable,
    );
  });
});
