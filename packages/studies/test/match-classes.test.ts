import { describe, expect, it } from '@jest/globals';
import type { Subject } from '@understory/core';
import { matchClasses } from '../src/comparison/match-classes.ts';

const network = (count: number | undefined, labels?: readonly string[], task = 'image-classification') =>
  ({ task, labels, classes: { count } }) as unknown as Pick<Subject, 'task' | 'classes' | 'labels'>;

describe('matchClasses', () => {
  it('finds classes by their labels, whatever their order, and tells which one network lacks', () => {
    const match = matchClasses(network(3, ['cat', 'Dog ', 'horse']), network(3, ['dog', 'cat', 'frog']))!;
    expect([0, 1, 2].map((index) => match.toSecond(index))).toEqual([1, 0, undefined]);
    expect(match).toMatchObject({ by: 'labels', shared: 2, counts: [3, 3] });
  });

  it('tells two classes of one name apart where the lists are the same', () => {
    const match = matchClasses(network(2, ['crane', 'crane']), network(2, ['crane', 'crane']))!;
    expect([match.toSecond(0), match.toSecond(1)]).toEqual([0, 1]);
  });

  it('goes by index where one has no labels, and only with as many classes', () => {
    expect(matchClasses(network(2, ['a', 'b']), network(2))).toMatchObject({ by: 'indices', shared: 2 });
    expect(() => matchClasses(network(2, ['a', 'b']), network(3))).toThrow(/differ in their number of classes/);
  });

  it('refuses another task and labels of which none is shared', () => {
    expect(() => matchClasses(network(1, ['a']), network(1, ['a'], 'object-detection'))).toThrow(
      expect.objectContaining({ code: 'NETWORKS_DIFFER', found: 'image-classification; object-detection' }),
    );
    expect(() => matchClasses(network(1, ['a']), network(1, ['b']))).toThrow(/differ in their classes/);
  });

  it('has nothing to match for networks without classes', () => {
    const other = { task: 'regression', labels: undefined } as unknown as Pick<Subject, 'task' | 'classes' | 'labels'>;
    expect(matchClasses(other, other)).toBeUndefined();
  });
});
