import { describe, expect, it } from '@jest/globals';
import { DifferentiableGraph, type Constant } from '../src/index.ts';
import { execute } from './execute.ts';
import { gradientsOf, graphOf, scalar, vector, type Network, type NodeInput } from './gradients-of.ts';

const x: Constant = { type: 'float32', dims: [3, 2], values: [1, 2, 3, 4, 5, 6] };
const place = (value: number): Constant => scalar(value, 'int64');
const node = (
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: NodeInput['attributes'] = {},
): NodeInput => ({
  ...{ operator, inputs, outputs: [output], attributes },
});
const list = (constant: Constant | undefined) => Array.from(constant!.values);

/** The output of the network as it is, its gradient, and the operators that are left. */
async function looked(network: Network, cotangent: Constant) {
  const graph = new DifferentiableGraph(graphOf(network)).graph;
  const before = await execute(graphOf(network).encode(), network.inputs, [network.output]);
  const after = await execute(graph.encode(), network.inputs, [network.output]);
  expect(after[network.output]).toEqual(before[network.output]);
  return {
    value: before[network.output]!,
    gradient: list((await gradientsOf(network, ['x'], cotangent))['x']),
    operators: graph.nodes.map(({ operator }) => operator),
  };
}

const weights = { zero: place(0), one: place(1), last: place(-1), two: place(2) };
const common = { inputs: { x }, weights, output: 'y' };

describe('sequences that are known ahead', () => {
  it('what is taken out is what was put in; insertions and removals shift the places', async () => {
    const { value, gradient, operators } = await looked(
      {
        ...common,
        nodes: [
          node('Neg', ['x'], 'n'),
          node('Exp', ['x'], 'e'),
          node('SequenceConstruct', ['e', 'n'], 's0'),
          node('SequenceInsert', ['s0', 'x', 'one'], 's1'),
          node('SequenceInsert', ['s1', 'x'], 's2'),
          node('SequenceErase', ['s2', 'zero'], 's3'),
          node('SequenceErase', ['s3'], 's4'),
          node('Identity', ['s4'], 's5'),
          node('SequenceAt', ['s5', 'last'], 'a'),
          node('SequenceAt', ['s5', 'zero'], 'b'),
          node('SequenceLength', ['s5'], 'count'),
          node('Cast', ['count'], 'c', { to: 1 }),
          node('Mul', ['a', 'c'], 'twice'),
          node('Mul', ['twice', 'b'], 'y'),
        ],
      },
      { type: 'float32', dims: [3, 2], values: [1, 1, 1, 1, 1, 1] },
    );
    // y = -2 x^2
    expect(list(value)).toEqual([-2, -8, -18, -32, -50, -72]);
    expect(gradient).toEqual([-4, -8, -12, -16, -20, -24]);
    expect(operators.filter((operator) => operator.includes('Sequence'))).toEqual([]);
  });

  it.each([
    ['rows, whose axis goes', { axis: 0, keepdims: 0 }, [], 2, [3, 2], [1, 2, 3, 4, 5, 6]],
    ['columns, whose axis stays', { axis: -1 }, [], 1, [6, 1], [1, 3, 5, 2, 4, 6]],
    ['parts of two, the last one shorter', { axis: 0 }, ['two'], 1, [3, 2], [1, 2, 3, 4, 5, 6]],
    ['parts of given sizes', { axis: 0 }, ['sizes'], 1, [3, 2], [1, 2, 3, 4, 5, 6]],
  ] as const)('%s are split and joined', async (_, attributes, split, parts, dims, order) => {
    const joining = parts === 2 ? { axis: 0, new_axis: 1 } : { axis: 0 };
    const { value, gradient, operators } = await looked(
      {
        ...common,
        weights: { ...weights, sizes: vector([2, 1], 'int64') },
        nodes: [
          node('SplitToSequence', ['x', ...split], 's', attributes),
          node('ConcatFromSequence', ['s'], 'y', joining),
        ],
      },
      { type: 'float32', dims, values: [10, 20, 30, 40, 50, 60] },
    );
    expect(value.dims).toEqual(dims);
    expect(list(value)).toEqual(order);
    expect(gradient).toEqual(order.map((_each, at) => 10 * (order.indexOf((at + 1) as never) + 1)));
    expect(operators).toContain('Split');
    expect(operators).toContain('Concat');
  });

  it('optional tensors are those that they hold', async () => {
    const { gradient, operators } = await looked(
      {
        ...common,
        nodes: [
          node('SequenceEmpty', [], 'none', { dtype: 1 }),
          node('SequenceInsert', ['none', 'x'], 's'),
          node('SequenceAt', ['s', 'zero'], 'a'),
          node('Optional', ['a'], 'o'),
          node('OptionalHasElement', ['o'], 'has'),
          node('OptionalGetElement', ['o'], 'b'),
          node('Neg', ['b'], 'n'),
          node('Where', ['has', 'n', 'b'], 'y'),
        ],
      },
      { type: 'float32', dims: [3, 2], values: [1, 2, 3, 4, 5, 6] },
    );
    expect(gradient).toEqual([-1, -2, -3, -4, -5, -6]);
    expect(operators).toEqual(['Identity', 'Identity', 'Identity', 'Neg', 'Where']);
  });

  it('one whose places are fed is named in the error', () => {
    const network: Network = {
      ...{ inputs: { x, at: place(0) }, output: 'y' },
      nodes: [node('SequenceConstruct', ['x', 'x'], 's'), node('SequenceAt', ['s', 'at'], 'y')],
    };
    expect(new DifferentiableGraph(graphOf(network)).obstacle('y', 'x')).toMatchObject({
      code: 'GRADIENT_UNSUPPORTED_OPERATOR',
      found: expect.stringContaining('SequenceAt'),
    });
  });
});
