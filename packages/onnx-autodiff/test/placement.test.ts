import { describe, expect, it } from '@jest/globals';
import { differentiate, parseModel, type Constant } from '../src/index.ts';
import { gradientsOf, graphOf, scalar, vector, type Network } from './gradients-of.ts';

const count = (length: number, dims: readonly number[]): Constant => ({
  type: 'float32',
  dims,
  values: Array.from({ length }, (_, at) => (at % 7) - 3),
});

describe('what is put back where it was taken from', () => {
  it('is right behind a transpose, as in query, key and value of one projection', async () => {
    // [2 rows, 3 parts x 2] -> [3, 2, 2], then part 0 + 10 x part 1 + 100 x part 2.
    const { x } = await gradientsOf(
      {
        inputs: { x: count(12, [2, 6]) },
        weights: {
          shape: vector([2, 3, 2], 'int64'),
          first: scalar(0, 'int64'),
          second: scalar(1, 'int64'),
          third: scalar(-1, 'int64'),
          ten: scalar(10),
          hundred: scalar(100),
        },
        nodes: [
          { operator: 'Reshape', inputs: ['x', 'shape'], outputs: ['parts'] },
          { operator: 'Transpose', inputs: ['parts'], outputs: ['turned'], attributes: { perm: [1, 0, 2] } },
          { operator: 'Gather', inputs: ['turned', 'first'], outputs: ['q'] },
          { operator: 'Gather', inputs: ['turned', 'second'], outputs: ['k'] },
          { operator: 'Gather', inputs: ['turned', 'third'], outputs: ['v'] },
          { operator: 'Mul', inputs: ['k', 'ten'], outputs: ['k10'] },
          { operator: 'Mul', inputs: ['v', 'hundred'], outputs: ['v100'] },
          { operator: 'Sum', inputs: ['q', 'k10', 'v100'], outputs: ['y'] },
        ],
        output: 'y',
      },
      ['x'],
      { type: 'float32', dims: [2, 2], values: [1, 2, 3, 4] },
    );
    expect(Array.from(x!.values)).toEqual([1, 2, 10, 20, 100, 200, 3, 4, 30, 40, 300, 400]);
  });

  it('is summed for every index that occurs more than once', async () => {
    const places = Array.from({ length: 5000 }, (_, at) => at % 3);
    const { x } = await gradientsOf(
      {
        inputs: { x: count(8, [4, 2]) },
        weights: { places: vector(places, 'int64') },
        nodes: [{ operator: 'Gather', inputs: ['x', 'places'], outputs: ['y'] }],
        output: 'y',
      },
      ['x'],
      { type: 'float32', dims: [5000, 2], values: new Float32Array(10000).fill(1) },
    );
    expect(Array.from(x!.values)).toEqual([1667, 1667, 1667, 1667, 1666, 1666, 0, 0]);
  });

  const slices = (bounds: readonly (readonly [from: number, to: number])[]): Network => ({
    inputs: { x: count(6, [6]) },
    weights: Object.fromEntries(
      bounds.flatMap(([from, to], at) => [
        [`from${at}`, vector([from], 'int64')],
        [`to${at}`, vector([to], 'int64')],
      ]),
    ),
    nodes: [
      ...bounds.map((_, at) => ({ operator: 'Slice', inputs: ['x', `from${at}`, `to${at}`], outputs: [`part${at}`] })),
      ...bounds.map((_, at) => ({ operator: 'Mul', inputs: [`part${at}`, `part${at}`], outputs: [`square${at}`] })),
      { operator: 'Sum', inputs: bounds.map((_, at) => `square${at}`), outputs: ['y'] },
    ],
    output: 'y',
  });
  const operators = (network: Network) => {
    const { graph } = differentiate(graphOf(network), {
      objective: { kind: 'cotangent', outputs: ['y'] },
      withRespectTo: ['x'],
    });
    return parseModel(graph.encode()).nodes.map((node) => node.operator);
  };

  it.each([
    {
      what: 'in order',
      bounds: [
        [0, 2],
        [2, 4],
        [4, 6],
      ],
      joined: true,
    },
    {
      what: 'in another order',
      bounds: [
        [4, 6],
        [0, 2],
        [2, 4],
      ],
      joined: true,
    },
    {
      what: 'with a gap',
      bounds: [
        [0, 2],
        [4, 6],
      ],
      joined: false,
    },
    {
      what: 'that overlap',
      bounds: [
        [0, 3],
        [2, 5],
        [3, 6],
      ],
      joined: false,
    },
    {
      what: 'that are the same',
      bounds: [
        [0, 3],
        [0, 3],
        [3, 6],
      ],
      joined: false,
    },
  ] as const)('joins parts $what only where they make up the whole: $joined', async ({ bounds, joined }) => {
    const network = slices(bounds);
    const width = bounds[0][1] - bounds[0][0];
    const cotangent = vector(Array.from({ length: width }, (_, at) => at + 1));
    const { x } = await gradientsOf(network, ['x'], cotangent);
    const expected = Array.from({ length: 6 }, (_, place) =>
      bounds.reduce(
        (sum, [from, to]) =>
          sum + (place >= from && place < to ? 2 * network.inputs['x']!.values[place]! * (place - from + 1) : 0),
        0,
      ),
    );
    expect(Array.from(x!.values)).toEqual(expected);
    expect(operators(network).includes('Pad')).toBe(!joined);
  });
});
