import { describe, expect, it } from '@jest/globals';
import { CurveMean } from '../src/evaluation/mean-curve.ts';

describe('CurveMean', () => {
  it('is the mean and its standard error at each point', () => {
    const curves = new CurveMean();
    curves.add({ x: [0, 0.5], y: [1, 2] });
    curves.add({ x: [0, 0.5], y: [1, 4] });
    curves.add({ x: [0, 0.5], y: [1, 6] });
    const found = curves.result()!;
    expect(found).toMatchObject({ n: 3, x: [0, 0.5], y: [1, 4] });
    expect(found.quartiles[1]).toEqual([3, 4, 5]);
    expect(found.standardError[0]).toBe(0);
    expect(found.standardError[1]).toBeCloseTo(2 / Math.sqrt(3), 12);
  });

  it('reads curves with other points between their points', () => {
    const curves = new CurveMean();
    curves.add({ x: [0, 0.5, 1], y: [0, 0, 0] });
    curves.add({ x: [0, 1], y: [0, 4] });
    expect(curves.result()!.y).toEqual([0, 1, 2]);
  });

  it('is nothing without curves', () => {
    expect(new CurveMean().result()).toBeUndefined();
  });
});
