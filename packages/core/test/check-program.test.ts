import { describe, expect, it } from '@jest/globals';
import {
  checkProgram,
  checkSamplesApart,
  expression as e,
  expressionsWithin,
  gradientsOf,
  type Expression,
  type Operand,
  type Program,
  type TensorSpec,
} from '@understory/core';

const image: TensorSpec = { name: 'image', type: 'float32', dims: ['N', 3] };
const pixels = e.input('pixels');
const program: Program = {
  inputs: [
    { name: 'pixels', type: 'float32', dims: ['N', 3] },
    { name: 'class', type: 'int64', dims: ['N'] },
  ],
  feeds: { image: e.divide(e.subtract(pixels, 0.5), 0.25) },
  objective: e.pick(e.tensor('logits'), e.input('class')),
  outputs: { next: e.add(pixels, e.sign(e.gradient('pixels'))), objective: e.objective() },
};
const { inputs, feeds } = program;
const invalid = (found: string) => expect.objectContaining({ code: 'PROGRAM_INVALID', found });

describe('checkProgram', () => {
  it('lets a step of an attack pass', () => {
    expect(() => checkProgram(program, [image])).not.toThrow();
    expect(() => checkProgram({ inputs, feeds, outputs: { y: e.tensor('logits') } }, [image])).not.toThrow();
  });

  it.each<[string, Partial<Program>]>([
    ['a program without inputs', { inputs: [] }],
    ['two inputs named "class"', { inputs: [...program.inputs, program.inputs[1]!] }],
    ['a program without outputs', { outputs: {} }],
    ['no feed for "image"', { feeds: {} }],
    ['a feed for "text"', { feeds: { ...program.feeds, text: pixels } }],
    ['"picture" in the feeds', { feeds: { image: e.input('picture') } }],
    ['tensor inside the feeds', { feeds: { image: e.add(pixels, e.tensor('logits')) } }],
    ['gradient inside the feeds', { feeds: { image: e.gradient('pixels') } }],
    ['objective inside the objective', { objective: e.negate(e.objective()) }],
    ['gradient inside the objective', { objective: e.sum(e.gradient('pixels'), [1]) }],
    ['"logits" in the outputs', { outputs: { y: e.gradient('logits') } }],
  ])('refuses %s', (found, change) => {
    expect(() => checkProgram({ ...program, ...change }, [image])).toThrow(invalid(found));
  });

  it('refuses what needs an objective where there is none', () => {
    for (const [y, found] of [
      [e.gradient('pixels'), 'gradient without an objective'],
      [e.objective(), 'objective without an objective'],
    ] as const) {
      expect(() => checkProgram({ inputs, feeds, outputs: { y } }, [image])).toThrow(invalid(found));
    }
  });
});

describe('gradientsOf', () => {
  it('names each input once whose gradient an output holds, however deep', () => {
    const slope = e.gradient('pixels');
    const outputs = {
      a: e.add(slope, e.absolute(slope)),
      b: e.whereGreater(0, 1, e.gradient('pixels'), e.gradient('shift')),
    };
    expect(gradientsOf({ ...program, outputs })).toEqual(['pixels', 'shift']);
    expect(gradientsOf({ ...program, outputs: { y: e.objective() } })).toEqual([]);
  });
});

describe('expressionsWithin', () => {
  it('has every operand, and an object that is used often once', () => {
    const index = e.input('class');
    const scores = e.tensor('logits');
    const rival = e.largest(e.addAt(scores, index, -Infinity), [1]);
    const margin = e.subtract(e.pick(scores, index), rival);
    const found = [...expressionsWithin([margin, scores])];
    expect(found.filter(({ kind }) => kind === 'tensor')).toEqual([scores]);
    expect(found.map(({ kind }) => kind).toSorted()).toEqual(['addAt', 'binary', 'input', 'pick', 'reduce', 'tensor']);
  });
});

describe('checkSamplesApart', () => {
  const batch = (...dims: readonly (number | string)[]): Operand => ({ dims, batched: true });
  const constant = (...dims: readonly number[]): Operand => ({ dims, batched: false });
  const x = pixels;

  it.each<[string, Expression, readonly Operand[]]>([
    ['tensors of one rank', e.add(x, x), [batch('N', 3), batch('N', 1)]],
    ['a constant of lower rank', e.add(x, x), [batch(2, 3), constant(3)]],
    ['a constant of one sample', e.add(x, x), [constant(1, 3), batch(2, 3)]],
    ['two constants', e.add(x, x), [constant(3), constant(2, 3)]],
    ['a tensor of unknown rank', e.add(x, x), [batch(2, 3), { dims: undefined, batched: true }]],
    ['a sum over channels', e.sum(x, [1, -1]), [batch(2, 3, 4)]],
    ['a sum of a constant', e.sum(x, [0]), [constant(3)]],
    ['channels taken', e.take(x, 1, [0]), [batch(2, 3)]],
    ['channels moved', e.transpose(x, [0, 2, 1]), [batch(2, 3, 4)]],
    ['classes sorted', e.sortDescending(x), [batch(2, 3)]],
  ])('lets %s pass', (_, one, operands) => {
    expect(() => checkSamplesApart(one, operands)).not.toThrow();
  });

  it.each<[string, Expression, readonly Operand[]]>([
    ['operands of ranks 1 and 2', e.add(x, x), [batch(3), batch(3, 3)]],
    ['a constant [2, 3] beside a batch', e.add(x, x), [batch(2, 3), constant(2, 3)]],
    [
      'a constant [1, 1, 3] beside a batch',
      e.whereGreater(x, x, x, x),
      [batch(2, 3), constant(1, 1, 3), constant(), constant()],
    ],
    ['a reduction over the batch', e.sum(x, [0]), [batch(2, 3)]],
    ['a reduction over the batch', e.largest(x, [-2]), [batch(2, 3)]],
    ['entries taken along the batch', e.take(x, -2, [0]), [batch(2, 3)]],
    ['axes in the order 1, 0', e.transpose(x, [1, 0]), [batch(2, 3)]],
    ['axes in the order 0, 1', e.transpose(x, [0, 1]), [batch(2, 3, 4)]],
    ['axes in the order 0, 1, 1', e.transpose(x, [0, 1, 1]), [batch(2, 3, 4)]],
    ['sortDescending along the batch', e.sortDescending(x), [batch(2)]],
    ['cumulativeSum along the batch', e.cumulativeSum(x), [batch(2)]],
  ])('refuses %s', (found, one, operands) => {
    expect(() => checkSamplesApart(one, operands)).toThrow(invalid(found));
  });
});
