import { describe, expect, it } from '@jest/globals';
import { rememberedFor } from '../src/remembered.ts';

describe('rememberedFor', () => {
  it('works once for each subject and each further argument', () => {
    const asked: string[] = [];
    const scaled = rememberedFor((values: readonly number[], factor: number) => {
      asked.push(`${values.join('+')} times ${factor}`);
      return factor === 0 ? undefined : values.map((value) => factor * value);
    });
    const [one, other] = [
      [1, 2],
      [1, 2],
    ];
    expect(scaled(one!, 2)).toEqual([2, 4]);
    expect(scaled(one!, 2)).toBe(scaled(one!, 2));
    expect(scaled(one!, 3)).toEqual([3, 6]);
    expect(scaled(other!, 2)).not.toBe(scaled(one!, 2));
    expect([scaled(one!, 0), scaled(one!, 0)]).toEqual([undefined, undefined]);
    expect(asked).toEqual(['1+2 times 2', '1+2 times 3', '1+2 times 2', '1+2 times 0']);
  });
});
