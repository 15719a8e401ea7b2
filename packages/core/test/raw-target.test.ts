import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { float32, formOf, negative, objectiveOf, rawNameOf, rawTargetOf, splitTargets } from '@understory/core';

const names = ['output0', 'age', 'mask', 'Identity:0', 'a[0]'];
const failure = (found: string) =>
  expect.objectContaining({ code: 'TARGET_INVALID', found: expect.stringContaining(found) });

describe('rawNameOf', () => {
  it('reads an output with places in it', () => {
    expect(rawNameOf('output0[4, 2063]', names)).toEqual({ output: 'output0', places: [4, 2063] });
    expect(rawNameOf('mask[1,10:20,:]', names)).toEqual({ output: 'mask', places: [1, { start: 10, end: 20 }, {}] });
    expect(rawNameOf('Identity:0[7]', names)).toEqual({ output: 'Identity:0', places: [7] });
    expect(rawNameOf('age', names)).toEqual({ output: 'age' });
    expect(rawNameOf('a[0]', names)).toEqual({ output: 'a[0]' });
    expect(rawNameOf('a[0][2]', names)).toEqual({ output: 'a[0]', places: [2] });
  });

  it('means nothing where no tensor has the name', () => {
    for (const words of ['top1', 'other[1]', 'dog', '[1]', 'box:3', ''])
      expect(rawNameOf(words, names)).toBeUndefined();
  });

  it.each(['output0[x]', 'output0[-1]', 'output0[1.5]', 'output0[1:2:3]'])('refuses the places of %s', (words) => {
    expect(() => rawNameOf(words, names)).toThrow(failure(words));
  });
});

describe('rawTargetOf', () => {
  it('is an element', () => {
    const target = rawTargetOf({ output: 'output0', places: [4, 2063] }, [84, 8400]);
    expect(target).toEqual({
      words: 'output0[4,2063]',
      label: null,
      reading: { kind: 'element', output: 'output0', index: [4, 2063] },
    });
    expect(rawTargetOf({ output: 'age' }, []).reading).toEqual({ kind: 'element', output: 'age', index: [] });
    expect(rawTargetOf({ output: 'age' }, [1, 1]).reading).toEqual({ kind: 'element', output: 'age', index: [0, 0] });
  });

  it('is the sum over a region', () => {
    const { words, reading } = rawTargetOf({ output: 'mask', places: [1, { start: 1, end: 3 }, {}] }, [2, 3, 2]);
    expect(words).toBe('mask[1,1:3,:]');
    expect(reading).toEqual({
      kind: 'weights',
      output: 'mask',
      weights: float32(Float32Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1), [2, 3, 2]),
    });
  });

  it('refuses what does not fit, and a name alone that holds more than one number', () => {
    expect(() => rawTargetOf({ output: 'x', places: [3] }, [3])).toThrow(failure('3 at axis 0'));
    expect(() => rawTargetOf({ output: 'x', places: [1, 2] }, [3])).toThrow(failure('2 places in "x"'));
    expect(() => rawTargetOf({ output: 'x', places: [{ start: 2, end: 2 }] }, [3])).toThrow(failure('2:2'));
    expect(() => rawTargetOf({ output: 'x', places: [{ end: 4 }] }, [3])).toThrow(failure(':4'));
    expect(() => rawTargetOf({ output: 'x' }, [1404])).toThrow(failure('1404 numbers'));
  });

  it('sums as many elements as its ranges hold', () => {
    const range = fc
      .integer({ min: 1, max: 5 })
      .chain((size) =>
        fc
          .tuple(fc.constant(size), fc.nat(size - 1))
          .chain(([of, start]) => fc.integer({ min: start + 1, max: of }).map((end) => ({ size: of, start, end }))),
      );
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 4 }), (ranges) => {
        const { reading } = rawTargetOf(
          { output: 'x', places: ranges.map(({ start, end }) => ({ start, end })) },
          ranges.map(({ size }) => size),
        );
        const sum = reading.kind === 'weights' ? reading.weights.data.reduce((all, weight) => all + weight, 0) : NaN;
        expect(sum).toBe(ranges.reduce((product, { start, end }) => product * (end - start), 1));
      }),
    );
  });
});

describe('objectiveOf', () => {
  const element = (output: string, ...index: number[]) => ({ reading: { kind: 'element' as const, output, index } });

  it('makes a score of elements of one output', () => {
    expect(objectiveOf([element('y', 1), element('y', 2)])).toEqual({ kind: 'score', output: 'y', index: [[1], [2]] });
  });

  it('makes a vector-Jacobian product of regions', () => {
    const of = (...weights: number[]) => ({
      reading: { kind: 'weights' as const, output: 'y', weights: float32(Float32Array.from(weights), [2]) },
    });
    expect(objectiveOf([of(1, 0), of(0, 1)])).toEqual({
      kind: 'cotangent',
      cotangents: { y: float32(Float32Array.of(1, 0, 0, 1), [2, 2]) },
    });
  });

  it('makes a weighted sum of what is lowered, and lowering it again raises it', () => {
    const age = rawTargetOf({ output: 'age' }, [1]);
    const younger = negative(age);
    expect(younger.words).toBe('-age');
    expect(objectiveOf([younger, younger])).toEqual({
      kind: 'sum',
      terms: [{ weight: -1, of: { kind: 'score', output: 'age', index: [[0], [0]] } }],
    });
    expect(negative(younger)).toEqual(age);
  });

  it('refuses targets of more than one form, which formOf tells apart', () => {
    const targets = [element('y', 1), element('z', 1)];
    expect(new Set(targets.map(formOf)).size).toBe(2);
    expect(() => objectiveOf(targets)).toThrow(RangeError);
    expect(() => objectiveOf([])).toThrow(RangeError);
    const [down] = [negative({ words: 'y', label: null, ...element('y', 1) })];
    expect(formOf(down!)).not.toBe(formOf(element('y', 1)));
  });

  it('stacks the vectors of similarities', () => {
    const to = (...vector: number[]) => ({
      reading: { kind: 'similarity' as const, output: 'e', to: Float32Array.from(vector), scale: 2 },
    });
    expect(objectiveOf([to(1, 0), to(0, 1)])).toEqual({
      kind: 'similarity',
      output: 'e',
      scale: 2,
      to: float32(Float32Array.of(1, 0, 0, 1), [2, 2]),
    });
  });
});

describe('splitTargets', () => {
  it('separates at commas outside quotes and brackets', () => {
    expect(splitTargets('top1, "tabby, tabby cat",mask[1,10:20,5:9],box:dog')).toEqual([
      'top1',
      '"tabby, tabby cat"',
      'mask[1,10:20,5:9]',
      'box:dog',
    ]);
    expect(splitTargets('pixel:120,80,-pixel:1,2:cat,pixel:3')).toEqual(['pixel:120,80', '-pixel:1,2:cat', 'pixel:3']);
    expect(splitTargets('')).toEqual(['']);
    expect(splitTargets(' , ')).toEqual(['']);
    expect(splitTargets('a,,b,')).toEqual(['a', 'b']);
  });
});
