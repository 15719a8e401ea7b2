import { describe, expect, it } from '@jest/globals';
import { type Constant, type Dim, type Shape } from '../src/index.ts';
import { product, quotient } from '../src/shapes/dims.ts';
import { Inference } from '../src/shapes/inference.ts';
import { sliceRange } from '../src/shapes/known.ts';
import { graphOf, scalar, vector, type NodeInput } from './gradients-of.ts';

const ints = (...values: readonly number[]): Constant => vector(values, 'int64');

/** The shape of tensor y, where x is `[N, 3, H, 8]` of unknown N and H. */
function shapeAfter(nodes: readonly NodeInput[], weights: Readonly<Record<string, Constant>>): Shape {
  const x: Constant = { type: 'float32', dims: [1, 3, 1, 8], values: [] };
  const graph = graphOf({ inputs: { x }, weights, nodes, output: 'y' });
  const shape: readonly Dim[] = ['N', 3, 'H', 8];
  return new Inference(graph.with({ inputs: graph.inputs.map((input) => ({ ...input, shape })) })).value('y').shape;
}

const node = (operator: string, inputs: string, output: string, attributes = {}): NodeInput => ({
  operator,
  inputs: inputs.split(' '),
  outputs: [output],
  attributes,
});

describe('sizes', () => {
  it('multiply to one name in any order and grouping', () => {
    expect(product(['N', 3, 'H'])).toBe(product([product(['H', 3]), 'N']));
    expect(product([2, product([3, 'N'])])).toBe('6*N');
    expect(product(['N', 0])).toBe(0);
  });

  it('cancel where they stand on both sides of a division', () => {
    expect(quotient(['N', 3, 'H', 8], ['N', 'H'])).toBe(24);
    expect(quotient(['N', 12], [4])).toBe('3*N');
    expect(quotient([product(['N', 'H']), 8], ['H', 2])).toBe('4*N');
    expect(quotient(['N', 3], [2])).toBe(quotient([3, 'N'], [2]));
  });

  it('of slices are clamped as ONNX says', () => {
    expect(sliceRange(5, -3, 2 ** 63, 1)).toEqual({ first: 2, count: 3 });
    expect(sliceRange(5, -1, -(2 ** 63), -2)).toEqual({ first: 4, count: 3 });
    expect(sliceRange(5, -9, -1, 3)).toEqual({ first: 0, count: 2 });
    expect(sliceRange(5, 4, 1, 1).count).toBe(0);
    expect(sliceRange(0, -1, -(2 ** 63), -1).count).toBe(0);
  });
});

describe('shape arithmetic as exporters write it', () => {
  const zero = scalar(0, 'int64');

  it('x.view(x.size(0), -1)', () => {
    const nodes = [
      node('Shape', 'x', 'shape'),
      node('Gather', 'shape zero', 'batch'),
      node('Unsqueeze', 'batch axis', 'rows'),
      node('Concat', 'rows rest', 'target', { axis: 0 }),
      node('Reshape', 'x target', 'y'),
    ];
    expect(shapeAfter(nodes, { zero, axis: ints(0), rest: ints(-1) })).toEqual(['N', product([24, 'H'])]);
  });

  it('a batch of windows, N * H / 2 of them, and back', () => {
    const nodes = [
      node('Shape', 'x', 'shape'),
      node('Slice', 'shape from0 to1', 'batch'),
      node('Slice', 'shape from2 to3', 'height'),
      node('Concat', 'batch three minus two eight', 'split', { axis: 0 }),
      node('Reshape', 'x split', 'windows'),
      node('Concat', 'batch three height eight', 'whole', { axis: 0 }),
      node('Reshape', 'windows whole', 'y'),
    ];
    const weights = {
      from0: ints(0),
      to1: ints(1),
      from2: ints(2),
      to3: ints(3),
      two: ints(2),
      three: ints(3),
      eight: ints(8),
      minus: ints(-1),
    };
    expect(shapeAfter(nodes, weights)).toEqual(['N', 3, 'H', 8]);
  });

  it('a class token expanded to the batch', () => {
    const nodes = [
      node('Shape', 'x', 'batch', { start: 0, end: 1 }),
      node('Concat', 'batch rest', 'target', { axis: 0 }),
      node('Expand', 'token target', 'y'),
    ];
    const token: Constant = { type: 'float32', dims: [1, 1, 4], values: [1, 2, 3, 4] };
    expect(shapeAfter(nodes, { rest: ints(1, 4), token })).toEqual(['N', 1, 4]);
  });

  it('the elements of a range filled and counted', () => {
    const nodes = [
      node('Range', 'zero six two', 'evens'),
      node('Equal', 'evens four', 'found'),
      node('NonZero', 'found', 'places'),
      node('Reshape', 'places minus', 'flat'),
      node('Gather', 'sizes flat', 'target'),
      node('ConstantOfShape', 'target', 'y'),
    ];
    const weights = {
      zero,
      six: scalar(6, 'int64'),
      two: scalar(2, 'int64'),
      four: scalar(4, 'int64'),
      minus: ints(-1),
      sizes: ints(7, 8, 9),
    };
    expect(shapeAfter(nodes, weights)).toEqual([9]);
  });
});
