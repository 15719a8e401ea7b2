import { describe, expect, it } from '@jest/globals';
import { tensor } from '@understory/core';
import { logitsBehind, originOfElement } from '../src/evidence/trace-element.ts';
import { layer, modelOf, node, spec } from './models.ts';

const list = (...values: number[]) => tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);

/** `out` `[N, 3, 6]` in rows: sigmoids of two maps, every other column of the first from the end on, then all of the second. */
const model = modelOf({
  outputs: [spec('out', ['N', 6, 3])],
  layers: [
    layer('one', ['N', 3, 2, 4], 'Conv'),
    layer('two', ['N', 3, 1, 2], 'Conv'),
    layer('flat', ['N', 3, 8], 'Reshape'),
    layer('some', ['N', 3, 4], 'Slice'),
    layer('small', ['N', 3, 2], 'Reshape'),
    layer('all', ['N', 3, 6], 'Concat'),
    layer('judged', ['N', 3, 6], 'Sigmoid'),
    layer('out', ['N', 6, 3], 'Transpose'),
  ],
  constants: { starts: list(-8), ends: list(9999), axes: list(-1), steps: list(2) },
  nodes: [
    node('Conv', 'pixels w', 'one'),
    node('Conv', 'pixels w', 'two'),
    node('Reshape', 'one shape', 'flat'),
    node('Slice', 'flat starts ends axes steps', 'some'),
    node('Reshape', 'two shape', 'small'),
    node('Concat', 'some small', 'all', { axis: -1 }),
    node('Sigmoid', 'all', 'judged'),
    node('Transpose', 'judged', 'out', { perm: [0, 2, 1] }),
  ],
});

describe('a number that is followed back', () => {
  it('is found where it is computed, in front of its sigmoid', () => {
    // Column 3 of the slice is 6 of the flat map, which is [1, 2] of [2, 4].
    expect(originOfElement(model, 'out', [3, 2])).toEqual({ tensor: 'one', index: [2, 1, 2], closing: 'Sigmoid' });
    expect(originOfElement(model, 'out', [5, 0])).toEqual({ tensor: 'two', index: [0, 0, 1], closing: 'Sigmoid' });
  });

  it('stays as far back as sizes are known', () => {
    const layers = model.layers.map((each) => (each.name === 'one' ? { ...each, dims: undefined } : each));
    expect(originOfElement({ ...model, layers }, 'out', [3, 2])).toMatchObject({ tensor: 'flat', index: [2, 6] });
    const isAsked = (name: string) => name === 'all' || name === 'one';
    expect(originOfElement({ ...model, layers }, 'out', [3, 2], { isAsked })).toMatchObject({
      tensor: 'all',
      index: [2, 3],
    });
  });

  it('is its own where nothing is behind it', () => {
    const without = modelOf({ outputs: model.outputs });
    expect(originOfElement(without, 'out', [3, 2])).toEqual({ tensor: 'out', index: [3, 2], closing: undefined });
  });

  it('lies in one of the tensors that can be told ahead', () => {
    expect(logitsBehind(model, 'out')).toEqual(
      new Map([
        ['all', 'Sigmoid'],
        ['one', 'Sigmoid'],
        ['two', 'Sigmoid'],
      ]),
    );
  });
});
