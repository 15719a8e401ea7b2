import { describe, expect, it } from '@jest/globals';
import { DifferentiableGraph, gradientRules, type Constant, type OperatorRule } from '../src/index.ts';
import { execute } from './execute.ts';
import { graphOf, scalar, type Network, type NodeInput } from './gradients-of.ts';

const node = (operator: string, inputs: readonly string[], output: string): NodeInput => ({
  operator,
  inputs,
  outputs: [output],
});

const root = scalar(Math.SQRT2);
const one = scalar(1);
const half = scalar(0.5);

/** How exporters take functions apart. */
const networks: readonly (readonly [string, Omit<Network, 'inputs' | 'output'>])[] = [
  [
    'Gelu as TorchScript writes it',
    {
      weights: { root, one, half },
      nodes: [
        node('Div', ['x', 'root'], 'z'),
        node('Erf', ['z'], 'e'),
        node('Add', ['e', 'one'], 'a'),
        node('Mul', ['x', 'a'], 'm'),
        node('Mul', ['m', 'half'], 'y'),
      ],
    },
  ],
  [
    'Gelu as dynamo writes it',
    {
      weights: { root, one, half },
      nodes: [
        node('Div', ['x', 'root'], 'z'),
        node('Erf', ['z'], 'e'),
        node('Add', ['one', 'e'], 'a'),
        node('Mul', ['a', 'x'], 'm'),
        node('Mul', ['half', 'm'], 'y'),
      ],
    },
  ],
  [
    'Gelu as Keras writes it',
    {
      weights: { one, half, inverse: scalar(Math.SQRT1_2) },
      nodes: [
        node('Mul', ['x', 'inverse'], 'z'),
        node('Erf', ['z'], 'e'),
        node('Add', ['one', 'e'], 'a'),
        node('Mul', ['half', 'x'], 'h'),
        node('Mul', ['h', 'a'], 'y'),
      ],
    },
  ],
  ['SiLU', { nodes: [node('Sigmoid', ['x'], 's'), node('Mul', ['x', 's'], 'y')] }],
  ['SiLU, its factors exchanged', { nodes: [node('Sigmoid', ['x'], 's'), node('Mul', ['s', 'x'], 'y')] }],
  [
    'QuickGelu',
    {
      weights: { alpha: scalar(1.702) },
      nodes: [node('Mul', ['x', 'alpha'], 'z'), node('Sigmoid', ['z'], 's'), node('Mul', ['x', 's'], 'y')],
    },
  ],
  [
    'x sigmoid(x / 4)',
    {
      weights: { alpha: scalar(4) },
      nodes: [node('Div', ['x', 'alpha'], 'z'), node('Sigmoid', ['z'], 's'), node('Mul', ['s', 'x'], 'y')],
    },
  ],
];

/** What looks like one of them and is not. */
const others: readonly (readonly [string, Omit<Network, 'inputs' | 'output'>])[] = [
  ...(
    [
      ['a Gelu twice as large', { one, half: one, root }],
      ['a Gelu of another width', { one, half, root: scalar(1.5) }],
      ['a Gelu around 2', { one: scalar(2), half, root }],
      ['a Gelu times a vector', { one, half: { type: 'float32', dims: [3], values: [0.5, 0.25, 1] }, root }],
      ['a Gelu times a learnt number that is asked for', { one, half, root }],
    ] as readonly (readonly [string, Record<string, Constant>])[]
  ).map(
    ([name, weights]) =>
      [
        name,
        {
          weights,
          nodes: [
            node('Div', ['x', 'root'], 'z'),
            node('Erf', ['z'], 'e'),
            node('Add', ['e', 'one'], 'a'),
            node('Mul', ['x', 'a'], 'm'),
            node('Mul', ['m', 'half'], 'y'),
          ],
        },
      ] as const,
  ),
  [
    'a gate on another tensor',
    { nodes: [node('Neg', ['x'], 'n'), node('Sigmoid', ['n'], 's'), node('Mul', ['x', 's'], 'y')] },
  ],
  [
    'an error function of another tensor',
    {
      weights: { root, one, half },
      nodes: [
        node('Neg', ['x'], 'n'),
        node('Div', ['n', 'root'], 'z'),
        node('Erf', ['z'], 'e'),
        node('Add', ['e', 'one'], 'a'),
        node('Mul', ['x', 'a'], 'm'),
        node('Mul', ['m', 'half'], 'y'),
      ],
    },
  ],
];

/** Rules that are not the package's own, so that no composition is recognised. */
const copies: readonly OperatorRule[] = ['Mul', 'Sigmoid', 'Erf'].map((operator) => ({
  ...gradientRules.get(`:${operator}`)!,
}));

const values = [-9, -3, -1.5, -0.2, 0, 1e-3, 0.4, 1, 2.5, 4, 6, 30];
const plain: Constant = { type: 'float32', dims: [4, 3], values };
const activation: Constant = {
  type: 'float32',
  dims: [1, 16, 2, 3],
  values: Array.from({ length: 96 }, (_, at) => values[(at * 5) % 12]! + at / 100),
};

interface Question {
  readonly x?: Constant;
  readonly rules?: readonly OperatorRule[];
  readonly open?: boolean;
  readonly blockedLayout?: boolean;
  readonly withRespectTo?: readonly string[];
}

async function gradientsOf(
  network: Omit<Network, 'inputs' | 'output'>,
  { x = plain, rules = [], open = false, blockedLayout = false, withRespectTo = ['x'] }: Question = {},
) {
  const closed = graphOf({ ...network, inputs: { x }, output: 'y' });
  const inputs = closed.inputs.map((input) => ({ ...input, shape: x.dims.map((_, at) => `n${at}`) }));
  const derived = new DifferentiableGraph(open ? closed.with({ inputs }) : closed, { rules, blockedLayout });
  const { graph, objectiveInputs, gradients } = derived.differentiate({
    objective: { kind: 'cotangent', outputs: ['y'] },
    withRespectTo,
  });
  const count = x.values.length;
  const cotangent = { ...x, values: Array.from({ length: count }, (_, at) => 1 + ((at * 7) % 5)) };
  const names = withRespectTo.map((name) => gradients[name]!);
  const results = await execute(graph.encode(), { x, [objectiveInputs[0]!.name]: cotangent }, names);
  const backward = graph.nodes.filter(({ name }) => name.startsWith('gradient/')).map(({ operator }) => operator);
  return { values: names.map((name) => Array.from(results[name]!.values)), backward };
}

function expectClose(found: readonly (readonly number[])[], expected: readonly (readonly number[])[]): void {
  const distances = expected.flatMap((row, at) =>
    row.map((value, place) => Math.abs(found[at]![place]! - value) / Math.max(1, Math.abs(value))),
  );
  expect(Math.max(...distances)).toBeLessThan(1e-5);
}

describe('functions that exporters take apart', () => {
  it.each(networks)('%s has the gradient that its nodes have one by one', async (_, network) => {
    const whole = await gradientsOf(network);
    const parts = await gradientsOf(network, { rules: copies });
    expectClose(whole.values, parts.values);
    expect(whole.backward).not.toEqual(parts.backward);
    expectClose((await gradientsOf(network, { open: true })).values, parts.values);
  });

  it.each(networks)('%s keeps what is between as it is where that is asked for', async (_, network) => {
    const between = network.nodes[0]!.outputs[0]!;
    const question = { withRespectTo: ['x', between] };
    const parts = await gradientsOf(network, { ...question, rules: copies });
    const asked = await gradientsOf(network, question);
    expect(asked.backward).toEqual(parts.backward);
    expectClose(asked.values, parts.values);
  });

  it.each(others)('%s is none of them', async (_, network) => {
    const question = { withRespectTo: network.weights ? ['x', ...Object.keys(network.weights)] : ['x'] };
    const parts = await gradientsOf(network, { ...question, rules: copies });
    const found = await gradientsOf(network, question);
    expect(found.backward).toEqual(parts.backward);
    expectClose(found.values, parts.values);
    const alone = await gradientsOf(network);
    expectClose(alone.values, parts.values.slice(0, 1));
  });

  it('SiLU in blocks of channels stays there', async () => {
    const network = {
      weights: { ones: { type: 'float32', dims: [16, 1, 1, 1], values: new Float32Array(16).fill(0.5) } as Constant },
      nodes: [
        { ...node('Conv', ['x', 'ones'], 'c'), attributes: { group: 16 } },
        node('Sigmoid', ['c'], 's'),
        node('Mul', ['c', 's'], 'y'),
      ],
    };
    const parts = await gradientsOf(network, { x: activation, rules: copies });
    const blocked = await gradientsOf(network, { x: activation, blockedLayout: true });
    expectClose(blocked.values, parts.values);
    expect(new Set(blocked.backward)).toEqual(new Set(['Conv', 'Add', 'Mul']));
  });
});
