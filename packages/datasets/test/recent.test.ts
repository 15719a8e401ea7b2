import { describe, expect, it } from '@jest/globals';
import { Recent } from '../src/recent.ts';

describe('Recent', () => {
  it('loads a value once while it is remembered, and forgets the one not used for longest', async () => {
    const loads: string[] = [];
    const recent = new Recent(async (key: string) => {
      loads.push(key);
      return key.toUpperCase();
    }, 2);
    expect(await Promise.all([recent.get('a'), recent.get('a'), recent.get('b')])).toEqual(['A', 'A', 'B']);
    await recent.get('a');
    await recent.get('c');
    await recent.get('a');
    expect(loads).toEqual(['a', 'b', 'c']);
    await recent.get('b');
    expect(loads).toEqual(['a', 'b', 'c', 'b']);
  });

  it('tries again what failed', async () => {
    let tries = 0;
    const recent = new Recent(async () => {
      tries += 1;
      if (tries === 1) throw new Error('once');
      return tries;
    }, 2);
    await expect(Promise.all([recent.get(0), recent.get(0)])).rejects.toThrow('once');
    expect(await recent.get(0)).toBe(2);
  });
});
