import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { redrawn } from '../src/index.ts';

const weight = Float32Array.from({ length: 4096 }, (_, at) => 0.3 + 0.2 * Math.sin(at * at));

const moments = (values: Float64Array) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return [mean, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)] as const;
};

describe('redrawn', () => {
  it('has the mean and deviation of the weight', () => {
    const [mean, deviation] = moments(Float64Array.from(weight));
    const [drawnMean, drawnDeviation] = moments(redrawn(weight, 3));
    // Three standard errors.
    expect(Math.abs(drawnMean - mean)).toBeLessThan((3 * deviation) / Math.sqrt(weight.length));
    expect(Math.abs(drawnDeviation / deviation - 1)).toBeLessThan(3 / Math.sqrt(2 * weight.length));
  });

  it('follows from the seed and the values as float32', () => {
    expect(redrawn(Float64Array.from(weight), 3)).toEqual(redrawn(weight, 3));
    expect(redrawn(weight, 4)).not.toEqual(redrawn(weight, 3));
  });

  it('is another for any one number that is another', () => {
    fc.assert(
      fc.property(fc.nat(weight.length - 1), fc.float({ noNaN: true, noDefaultInfinity: true }), (place, value) => {
        fc.pre(!Object.is(weight[place], value));
        const other = weight.with(place, value);
        const [first, second] = [redrawn(weight, 1), redrawn(other, 1)];
        // In units of the deviation, which itself moves with the number.
        const units = (values: Float64Array) => {
          const [mean, deviation] = moments(values);
          return values.slice(0, 8).map((each) => (each - mean) / deviation);
        };
        expect(Math.max(...units(first).map((each, at) => Math.abs(each - units(second)[at]!)))).toBeGreaterThan(0.01);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('leaves a constant weight as it is', () => {
    expect([...redrawn(new Float32Array(5).fill(0.5), 1)]).toEqual([0.5, 0.5, 0.5, 0.5, 0.5]);
  });
});
