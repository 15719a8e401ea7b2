import { describe, expect, it } from '@jest/globals';
import { spread } from '../src/figures/banded-lines.ts';

describe('spread', () => {
  it('keeps labels apart and in order, and leaves those alone that are', () => {
    const labels = [{ y: 0.3 }, { y: 0.1 }, { y: 0.11 }].map((label) => ({ ...label, own: label.y }));
    const [first, second, third] = spread(labels, 0.05);
    expect([first, third].map((each) => each!.y)).toEqual([0.1, 0.3]);
    expect(second).toEqual({ own: 0.11, y: expect.closeTo(0.15, 12) });
  });
});
