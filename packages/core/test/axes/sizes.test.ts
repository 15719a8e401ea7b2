import { describe, expect, it } from '@jest/globals';
import { isSame, product, quotient, sizeOf } from '../../src/axes/sizes.ts';

describe('sizes of an axis', () => {
  it('are taken apart where they are products, and only there', () => {
    expect(sizeOf('2*h*w')).toEqual({ factor: 2, symbols: ['h', 'w'] });
    expect(sizeOf('2*h + 1')).toEqual({ factor: 1, symbols: ['2*h + 1'] });
    expect(sizeOf('floor(h*w / 2)')).toEqual({ factor: 1, symbols: ['floor(h*w / 2)'] });
    expect(sizeOf('?3 + 1')).toEqual({ factor: 1, symbols: ['?3 + 1'] });
    expect([sizeOf(''), sizeOf('?'), sizeOf('?3')]).toEqual([undefined, undefined, undefined]);
  });

  it('are the same within a product and alone', () => {
    const [rows, columns] = [sizeOf('floor((h - 1) / 2) + 1')!, sizeOf('w')!];
    const places = sizeOf('(floor((h - 1) / 2) + 1)*w')!;
    expect(isSame(product(rows, columns), places)).toBe(true);
    expect(isSame(quotient(places, rows), columns)).toBe(true);
  });
});
