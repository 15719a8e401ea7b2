import { describe, expect, it } from '@jest/globals';
import { atom, leavesOf, split, unify } from '../../src/axes/axis.ts';

describe('axes that meet', () => {
  it('a part that meets its whole, as open sizes allow, does not become a part of itself', () => {
    for (const place of [0, 1]) {
      const whole = atom(undefined);
      const parts = split(whole, undefined, undefined);
      unify([whole], [parts[place]!]);
      unify([parts[place]!], [whole]);
      expect(leavesOf([whole])).toEqual([...parts]);
    }
  });
});
