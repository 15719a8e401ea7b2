import { describe, expect, it } from '@jest/globals';
import { number, range } from '../src/common/numbers.ts';

describe('numbers in tables', () => {
  it('have as many digits as tell them from zero, and are zero where rounding errors alone are left', () => {
    expect(number(0.12345)).toBe('0.123');
    expect(number(-0.00025)).toBe('−0.00025');
    expect(range([-3.3e-19, 0.004])).toBe('0.000 to 0.004');
    expect(number(0)).toBe('0.000');
  });
});
