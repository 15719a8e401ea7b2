import { describe, expect, it } from '@jest/globals';
import type { Dimension } from '@understory/core';
import { objectDetection } from '../src/object-detection/kind.ts';
import { factsOf, spec } from './models.ts';

const inputs = [spec('images', ['N', 3, 64, 64])];
const levelsOf = (dims: (side: number) => readonly Dimension[], sides = [8, 4, 2]) =>
  factsOf({ inputs, outputs: sides.map((side) => spec(`p${side}`, ['N', ...dims(side)])) });

describe('rawHeads', () => {
  it.each([
    ['channels of all anchors', levelsOf((side) => [27, side, side]), '27 numbers a cell', 'p8[4,4,4]'],
    ['an axis of anchors', levelsOf((side) => [3, side, side, 9]), '3 anchors of 9 numbers a cell', 'p8[0,4,4,4]'],
  ])('says of %s at three scales why there are no boxes, and what can be named', (_, facts, form, element) => {
    expect(objectDetection.readings(facts)).toEqual([]);
    const reason = objectDetection.refuses!(facts)!;
    expect(reason).toContain(`p8, p4, p2 look like the raw head of a detector (${form} at 3 scales)`);
    expect(reason).toContain('anchors are not in the graph');
    expect(reason).toContain(`such as ${element}, for the task raw`);
  });

  it.each([
    ['one map', levelsOf((side) => [27, side, side], [8])],
    ['maps of one size', factsOf({ inputs, outputs: ['a', 'b'].map((name) => spec(name, ['N', 27, 8, 8])) })],
    ['maps of different numbers', levelsOf((side) => [8 * side, side, side])],
    ['features of a pyramid', levelsOf((side) => [256, side, side])],
    ['other numbers than the labels ask for', { ...levelsOf((side) => [27, side, side]), labels: ['cat', 'dog'] }],
    ['few channels', levelsOf((side) => [3, side, side])],
    ['cells that do not cover the picture', levelsOf((side) => [27, side, side + 1])],
    ['rows of numbers', factsOf({ inputs, outputs: [spec('a', ['N', 27]), spec('b', ['N', 27])] })],
  ])('says nothing of %s', (_, facts) => {
    expect(objectDetection.refuses!(facts)).toBeUndefined();
  });
});
