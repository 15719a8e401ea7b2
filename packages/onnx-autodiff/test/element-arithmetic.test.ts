import { describe, expect, it } from '@jest/globals';
import { DifferentiableGraph, type Constant, type Dim } from '../src/index.ts';
import { graphOf, scalar, vector, type NodeInput } from './gradients-of.ts';
import { Graph } from '../src/index.ts';

/** What is known ahead of the elements of `y`, where `shape` is the shape of an input `[N, 3, H, W]`. */
function known(
  nodes: readonly NodeInput[],
  weights: Readonly<Record<string, Constant>> = {},
): readonly Dim[] | undefined {
  const graph = graphOf({
    inputs: { x: { type: 'float32', dims: [1, 3, 1, 1], values: [0, 0, 0] } },
    weights: { ...weights, at0: scalar(0, 'int64'), at2: scalar(2, 'int64') },
    nodes: [
      { operator: 'Shape', inputs: ['x'], outputs: ['shape'] },
      { operator: 'Gather', inputs: ['shape', 'at0'], outputs: ['n'] },
      { operator: 'Gather', inputs: ['shape', 'at2'], outputs: ['h'] },
      ...nodes,
    ],
    output: 'y',
  });
  const open = new Graph({ ...graph, inputs: [{ name: 'x', type: 'float32', shape: ['N', 3, 'H', 'W'] }] });
  return new DifferentiableGraph(open).inference.known('y')?.values;
}

const node = (operator: string, inputs: readonly string[], output = 'y', attributes = {}): NodeInput => ({
  operator,
  inputs,
  outputs: [output],
  attributes,
});

describe('shape arithmetic', () => {
  it('multiplies and divides sizes', () => {
    const four = { four: scalar(4, 'int64') };
    expect(known([node('Mul', ['h', 'four'])], four)).toEqual(['4*H']);
    expect(known([node('Mul', ['shape', 'four'])], four)).toEqual(['4*N', 12, '4*H', '4*W']);
    expect(known([node('Mul', ['h', 'four'], 'm'), node('Div', ['m', 'four'])], four)).toEqual(['H']);
    expect(known([node('Mul', ['h', 'n'], 'm'), node('Div', ['m', 'n'])])).toEqual(['H']);
    expect(known([node('Div', ['h', 'h'])])).toEqual([1]);
  });

  it('gives equal formulas equal names, whatever the order', () => {
    const one = { one: scalar(1, 'int64') };
    expect(known([node('Add', ['h', 'one'])], one)).toEqual(known([node('Add', ['one', 'h'])], one));
    expect(known([node('Sub', ['h', 'one'])], one)).not.toEqual(known([node('Sub', ['one', 'h'])], one));
    expect(known([node('Max', ['h', 'n'])])).toEqual(known([node('Max', ['n', 'h'])]));
  });

  it('knows what takes nothing away', () => {
    const zero = { zero: scalar(0, 'int64'), minusOne: scalar(-1, 'int64') };
    expect(known([node('Add', ['h', 'zero'])], zero)).toEqual(['H']);
    expect(known([node('Sub', ['h', 'zero'])], zero)).toEqual(['H']);
    expect(known([node('Sub', ['h', 'h'])])).toEqual([0]);
    expect(known([node('Max', ['h', 'h'])])).toEqual(['H']);
    expect(known([node('Max', ['h', 'minusOne'])], zero)).toEqual(['H']);
    expect(known([node('Abs', ['h'])])).toEqual(['H']);
  });

  it('does not take a difference for a size, which it may not be', () => {
    const one = { one: scalar(1, 'int64'), minusOne: scalar(-1, 'int64') };
    const less = node('Sub', ['h', 'one'], 'less');
    expect(known([less, node('Abs', ['less'])], one)).not.toEqual(known([node('Sub', ['h', 'one'])], one));
    expect(known([less, node('Equal', ['less', 'minusOne'])], one)).toBeUndefined();
    expect(known([less, node('Max', ['less', 'minusOne'])], one)).toEqual(['max(-1, H - 1)']);
  });

  it('keeps sizes whole through floating point', () => {
    const to = { to: 1 };
    const back = { to: 7 };
    const weights = { two: scalar(2), half: scalar(0.5) };
    const scaled = (by: string) => [
      node('Cast', ['h'], 'f', to),
      node('Mul', ['f', by], 'm'),
      node('Floor', ['m'], 'w'),
      node('Cast', ['w'], 'y', back),
    ];
    expect(known(scaled('two'), weights)).toEqual(['2*H']);
    expect(known(scaled('half'), weights)).toEqual(['floor(0.5*H)']);
  });

  it('computes numbers as the runtime does', () => {
    const ints = { a: vector([7, -7], 'int64'), b: vector([2, 2], 'int64') };
    expect(known([node('Div', ['a', 'b'])], ints)).toEqual([3, -3]);
    expect(known([node('Mod', ['a', 'b'])], ints)).toEqual([1, 1]);
    expect(known([node('Mod', ['a', 'b'], 'y', { fmod: 1 })], ints)).toEqual([1, -1]);
    const floats = { a: vector([0.5, 1.5, 2.5, -0.5, -1.7]) };
    expect(known([node('Round', ['a'])], floats)?.map((v) => Number(v) + 0)).toEqual([0, 2, 2, 0, -2]);
    expect(known([node('Cast', ['a'], 'y', { to: 7 })], floats)?.map((v) => Number(v) + 0)).toEqual([0, 1, 2, 0, -1]);
    expect(known([node('Mul', ['a', 'b'])], { a: scalar(0.1), b: scalar(3) })).toEqual([
      Math.fround(Math.fround(0.1) * 3),
    ]);
  });

  it('chooses, as exporters write Expand: sizes of -1 stay what they were', () => {
    const weights = { target: vector([-1, 5, -1, -1], 'int64'), minusOne: scalar(-1, 'int64') };
    const nodes = [node('Equal', ['target', 'minusOne'], 'kept'), node('Where', ['kept', 'shape', 'target'])];
    expect(known(nodes, weights)).toEqual(['N', 5, 'H', 'W']);
    expect(known([node('Equal', ['shape', 'minusOne'])], weights)).toEqual([0, 0, 0, 0]);
    expect(known([node('Equal', ['h', 'n'])], weights)).toBeUndefined();
  });

  it('compares and combines', () => {
    const weights = {
      a: vector([1, 2, 3]),
      b: vector([2, 2, 2]),
      p: vector([1, 0, 1], 'bool'),
      q: vector([1, 1, 0], 'bool'),
    };
    const table: readonly (readonly [string, readonly string[], readonly number[]])[] = [
      ['Equal', ['a', 'b'], [0, 1, 0]],
      ['Greater', ['a', 'b'], [0, 0, 1]],
      ['GreaterOrEqual', ['a', 'b'], [0, 1, 1]],
      ['Less', ['a', 'b'], [1, 0, 0]],
      ['LessOrEqual', ['a', 'b'], [1, 1, 0]],
      ['And', ['p', 'q'], [1, 0, 0]],
      ['Or', ['p', 'q'], [1, 1, 1]],
      ['Xor', ['p', 'q'], [0, 1, 1]],
      ['Not', ['p'], [0, 1, 0]],
      ['Min', ['a', 'b'], [1, 2, 2]],
      ['Max', ['a', 'b'], [2, 2, 3]],
      ['Sum', ['a', 'b', 'b'], [5, 6, 7]],
      ['Neg', ['a'], [-1, -2, -3]],
      ['Pow', ['a', 'b'], [1, 4, 9]],
      ['Sign', ['a'], [1, 1, 1]],
      ['Ceil', ['a'], [1, 2, 3]],
      ['Identity', ['a'], [1, 2, 3]],
    ];
    for (const [operator, inputs, values] of table)
      expect([operator, known([node(operator, inputs)], weights)]).toEqual([operator, values]);
  });

  it('gives comparisons the type bool', () => {
    const graph = graphOf({
      inputs: { a: vector([1, 2]), b: vector([2, 1]) },
      nodes: [node('Greater', ['a', 'b'])],
      output: 'y',
      outputType: 'bool',
    });
    expect(new DifferentiableGraph(graph).inference.value('y')).toEqual({ name: 'y', type: 'bool', shape: [2] });
  });
});
