import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { differentiate, rescaleRules, type Constant } from '../src/index.ts';
import { execute } from './execute.ts';
import { graphOf, scalar, vector, type Network, type NodeInput } from './gradients-of.ts';

const tensor = (dims: readonly number[], values: readonly number[]): Constant => ({ type: 'float32', dims, values });
const ints = (values: readonly number[]): Constant => ({ type: 'int64', dims: [values.length], values });
const sum = (values: Iterable<number>) => [...values].reduce((left, right) => left + right, 0);

/** The multipliers of `x` for the sum of the output, and how much that sum differs from the one of the reference. */
async function rescaled(network: Network, before: readonly number[]) {
  const { output, inputs } = network;
  const graph = graphOf(network);
  const model = differentiate(graph, {
    objective: { kind: 'cotangent', outputs: [output] },
    ...{ withRespectTo: ['x'], rules: rescaleRules, reference: ['x'] },
  });
  const x = inputs['x']!;
  const reference = { ...x, values: before };
  const scores = async (image: Constant) => (await execute(graph.encode(), { ...inputs, x: image }, [output]))[output]!;
  const [after, first] = [await scores(x), await scores(reference)];
  const feeds = {
    ...inputs,
    [model.references['x']!]: reference,
    [model.objectiveInputs[0]!.name]: { ...after, values: Array.from(after.values, () => 1) },
  };
  const results = await execute(model.graph.encode(model.sizes), feeds, [model.gradients['x']!]);
  const multipliers = Array.from(results[model.gradients['x']!]!.values);
  return {
    multipliers,
    attributed: sum(multipliers.map((multiplier, at) => multiplier * (x.values[at]! - before[at]!))),
    difference: sum(Array.from(after.values)) - sum(Array.from(first.values)),
    nodes: model.graph.nodes,
  };
}

async function expectSum(network: Network, before: readonly number[]): Promise<void> {
  const { attributed, difference } = await rescaled(network, before);
  expect(Math.abs(difference)).toBeGreaterThan(1e-3);
  expect(Math.abs(attributed - difference)).toBeLessThan(1e-4 * Math.max(1, Math.abs(difference)));
}

/** Numbers between -2 and 2 that look random. */
const drawn = (count: number, speed: number) =>
  Array.from({ length: count }, (_, at) => 2 * Math.sin(speed * (at + 1)));

const image = tensor([2, 2, 4, 4], drawn(64, 1.7));
const before = drawn(64, 2.9);
const node = (
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: NodeInput['attributes'] = {},
) => ({
  ...{ operator, inputs, attributes, outputs: [output] },
});
const stem = node('Conv', ['x', 'stem', 'bias'], 'h', { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
const weights = {
  stem: tensor([3, 2, 3, 3], drawn(54, 0.7)),
  bias: vector([0.4, -0.3, 0.1]),
  head: tensor([48, 2], drawn(96, 1.1)),
  half: scalar(0.5),
  zero: scalar(0),
  cube: scalar(3),
  two: vector([2]),
  slope: tensor([3, 1, 1], [0.1, 0.5, -0.2]),
  channel: ints([1]),
  odd: { type: 'bool', dims: [4], values: [0, 1, 0, 1] } as const,
  place: ints([0, 2]),
  doubled: tensor([4], [1, 1, 2, 2]),
};
/** Nodes from `h`, `[2, 3, 4, 4]`, to `a`, whatever size that has, behind a convolution and in front of a sum that weighs places apart. */
const between = (...nodes: readonly NodeInput[]): Network => ({
  ...{ inputs: { x: image }, weights, output: 'y' },
  nodes: [stem, ...nodes, node('Flatten', ['a'], 'flat'), node('Cos', ['flat'], 'c'), node('Mul', ['c', 'flat'], 'y')],
});

/** Of one number, each with what keeps it to where it is defined. */
const activations: readonly (readonly [string, NodeInput])[] = [
  ...['Abs', 'Atan', 'Celu', 'Cos', 'Elu', 'Erf', 'Gelu', 'HardSigmoid', 'HardSwish', 'LeakyRelu', 'Mish', 'Relu'],
  ...['Selu', 'Sigmoid', 'Sin', 'Softplus', 'Softsign', 'Tanh', 'ThresholdedRelu'],
].map((operator) => [operator, node(operator, ['h'], 'a')] as const);

describe('DeepLIFT by the rescale rule', () => {
  it.each(activations)('sums to the difference through %s', async (_, activation) => {
    await expectSum({ ...between(activation), opset: 22 }, before);
  });

  it.each<readonly [string, readonly NodeInput[]]>([
    ['Clip', [node('Clip', ['h', 'zero', 'cube'], 'a')]],
    ['PRelu', [node('PRelu', ['h', 'slope'], 'a')]],
    ['Pow', [node('Pow', ['h', 'two'], 'a')]],
    ['Exp, Log and Sqrt', [node('Exp', ['h'], 'e'), node('Sqrt', ['e'], 's'), node('Log', ['s'], 'a')]],
    ['Reciprocal', [node('Exp', ['h'], 'e'), node('Reciprocal', ['e'], 'a')]],
    ['windows', [node('MaxPool', ['h'], 'a', { kernel_shape: [3, 3], strides: [1, 1], pads: [1, 1, 1, 1] })]],
    ['means of windows', [node('AveragePool', ['h'], 'a', { kernel_shape: [2, 2] })]],
    ['GlobalMaxPool', [node('GlobalMaxPool', ['h'], 'a')]],
    ['GlobalAveragePool', [node('GlobalAveragePool', ['h'], 'a')]],
    ['ReduceMax', [node('ReduceMax', ['h', 'channel'], 'a')]],
    ['ReduceMin', [node('ReduceMin', ['h', 'channel'], 'a')]],
    ['ReduceMean', [node('ReduceMean', ['h', 'channel'], 'a')]],
    ['the larger of two', [node('Sin', ['h'], 's'), node('Max', ['h', 's', 'half'], 'a')]],
    ['the smaller of two', [node('Sin', ['h'], 's'), node('Min', ['h', 's'], 'a')]],
    ['what is taken by turns', [node('Sin', ['h'], 's'), node('Where', ['odd', 'h', 's'], 'a')]],
    ['a quotient by a number', [node('Div', ['h', 'half'], 'a')]],
    ['a sum over a skipped part', [node('Relu', ['h'], 'r'), node('Add', ['h', 'r'], 'a')]],
    [
      'what joins and cuts',
      [
        node('Relu', ['h'], 'r'),
        node('Concat', ['h', 'r'], 'j', { axis: 1 }),
        node('Gather', ['j', 'place'], 'a', { axis: 1 }),
      ],
    ],
    ['what is made larger', [node('Resize', ['h', '', 'doubled'], 'a', { mode: 'linear' })]],
    ['gates', [node('GlobalAveragePool', ['h'], 'g'), node('Sigmoid', ['g'], 's'), node('Mul', ['h', 's'], 'a')]],
    ['a product of matrices', [node('Transpose', ['h'], 't', { perm: [0, 1, 3, 2] }), node('MatMul', ['h', 't'], 'a')]],
    [
      'sizes that are computed',
      [node('Shape', ['h'], 's'), node('Relu', ['h'], 'r'), node('Reshape', ['r', 's'], 'a')],
    ],
  ])('sums to the difference through %s', async (_, nodes) => {
    await expectSum(between(...nodes), before);
  });

  it('equals the formula written out on any two layers', async () => {
    const number = fc.integer({ min: -48, max: 48 }).map((value) => (2 * value + 1) / 64);
    const row = (length: number) => fc.array(number, { minLength: length, maxLength: length });
    const layers = fc.record({
      ...{ x: row(4), reference: row(4), bias: row(3), outer: row(3) },
      inner: fc.array(row(3), { minLength: 4, maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(layers, async ({ x, reference, inner, bias, outer }) => {
        const network: Network = {
          inputs: { x: tensor([1, 4], x) },
          weights: { inner: tensor([4, 3], inner.flat()), bias: vector(bias), outer: tensor([3, 1], outer) },
          nodes: [
            node('Gemm', ['x', 'inner', 'bias'], 'h'),
            node('Relu', ['h'], 'a'),
            node('MatMul', ['a', 'outer'], 'y'),
          ],
          output: 'y',
        };
        const into = (from: readonly number[], unit: number) =>
          from.reduce((total, value, at) => total + value * inner[at]![unit]!, bias[unit]!);
        const slopes = bias.map((_, unit) => {
          const [now, then] = [into(x, unit), into(reference, unit)];
          return now === then ? Number(now > 0) : (Math.max(now, 0) - Math.max(then, 0)) / (now - then);
        });
        const expected = x.map((_, at) => sum(slopes.map((slope, unit) => inner[at]![unit]! * slope * outer[unit]!)));
        const { multipliers, attributed, difference } = await rescaled(network, reference);
        expected.forEach((value, at) => expect(Math.abs(value - multipliers[at]!)).toBeLessThan(1e-4));
        expect(Math.abs(attributed - difference)).toBeLessThan(1e-4);
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('gives the difference of a window to what is largest in it, and the derivative where nothing differs', async () => {
    const network: Network = {
      inputs: { x: tensor([1, 1, 1, 6], [1, 5, 2, 1, 3, 3]) },
      nodes: [node('MaxPool', ['x'], 'y', { kernel_shape: [1, 2], strides: [1, 2] })],
      output: 'y',
    };
    // 5 against 4: the second rose by 3 of which 1 counts. 2 against 4: the first fell by 2. Nothing differs: the first of equals.
    const { multipliers } = await rescaled(network, [4, 2, 4, 0, 3, 3]);
    [0, 1 / 3, 1, 0, 1, 0].forEach((expected, at) => expect(multipliers[at]).toBeCloseTo(expected, 6));
  });

  it('gives the difference of a smallest value to what it gives that of a largest for, signs turned', async () => {
    const network: Network = {
      inputs: { x: tensor([2, 2], [-1, -5, -2, -1]) },
      weights: { axis: ints([1]) },
      nodes: [node('ReduceMin', ['x', 'axis'], 'y')],
      output: 'y',
    };
    const { multipliers } = await rescaled(network, [-4, -2, -4, 0]);
    [0, 1 / 3, 1, 0].forEach((expected, at) => expect(multipliers[at]).toBeCloseTo(expected, 6));
  });

  it('gives an activation that is written as a product the multiplier of one activation', async () => {
    const [x, reference] = [drawn(8, 1.3), drawn(8, 0.4)];
    const of = (nodes: readonly NodeInput[]): Network => ({
      ...{ inputs: { x: tensor([2, 4], x) }, weights: { three: scalar(3), six: scalar(6), zero: scalar(0) }, nodes },
      output: 'y',
    });
    const written = of([
      node('Add', ['x', 'three'], 'moved'),
      node('Clip', ['moved', 'zero', 'six'], 'gate'),
      node('Mul', ['x', 'gate'], 'gated'),
      node('Div', ['gated', 'six'], 'y'),
    ]);
    const { multipliers } = await rescaled(of([node('HardSwish', ['x'], 'y')]), reference);
    const found = await rescaled(written, reference);
    multipliers.forEach((multiplier, at) => expect(found.multipliers[at]).toBeCloseTo(multiplier, 5));
  });

  it('is the derivative where the reference is the image itself', async () => {
    const network = between(node('Tanh', ['h'], 'a'));
    const { multipliers } = await rescaled(network, Array.from(image.values));
    const model = differentiate(graphOf(network), {
      ...{ objective: { kind: 'total', output: 'y' }, withRespectTo: ['x'] },
    });
    const results = await execute(model.graph.encode(model.sizes), { x: image }, [model.gradients['x']!]);
    Array.from(results[model.gradients['x']!]!.values).forEach((value, at) => {
      expect(multipliers[at]).toBeCloseTo(value, 4);
    });
  });

  it('computes again only what depends on the image and is needed', async () => {
    const side: Network = {
      inputs: { x: tensor([1, 2], [1, 2]), other: tensor([1, 2], [3, 4]) },
      nodes: [
        node('Relu', ['other'], 'kept'),
        node('Tanh', ['x'], 'a'),
        node('Add', ['a', 'kept'], 's'),
        node('Sigmoid', ['s'], 'y'),
        node('Softmax', ['y'], 'beside'),
      ],
      output: 'y',
    };
    const { nodes, attributed, difference } = await rescaled(side, [0.5, -1]);
    const again = nodes.filter(({ name }) => name.startsWith('reference/'));
    expect(again.map(({ operator }) => operator)).toEqual(['Tanh', 'Add', 'Sigmoid']);
    expect(attributed).toBeCloseTo(difference, 5);
  });

  it.each(['EyeLike', 'RandomNormalLike', 'RandomUniformLike', 'Shape', 'Size'])(
    'takes what %s makes of the image as it is',
    async (operator) => {
      const { nodes } = await rescaled(
        {
          inputs: { x: tensor([2, 2], [1, 2, 3, 4]) },
          nodes: [
            node(operator, ['x'], 's'),
            node('Cast', ['s'], 'f', { to: 1 }),
            node('Mul', ['x', 'f'], 'h'),
            node('Sigmoid', ['h'], 'y'),
          ],
          output: 'y',
        },
        [0, 0, 0, 0],
      );
      const again = nodes.filter(({ name }) => name.startsWith('reference/'));
      expect(again.map((each) => each.operator)).toEqual(['Mul', 'Sigmoid']);
    },
  );

  it('refuses an operator without a rule, and places that the image chooses, by name', async () => {
    const network = (
      operator: string,
      inputs: readonly string[],
      extra: readonly NodeInput[] = [],
      domain = '',
    ): Network => ({
      inputs: { x: tensor([2, 2], [1, 2, 3, 4]) },
      weights: { half: scalar(0.5), one: ints([1]), exponents: vector([2, 3]) },
      nodes: [...extra, { ...node(operator, inputs, 'y'), domain }],
      output: 'y',
    });
    const axes = [node('ArgMax', ['x'], 'place', { axis: 1, keepdims: 0 })];
    const chosen = [node('ArgMax', ['x'], 'place', { axis: 1, keepdims: 1 })];
    const larger = [node('Greater', ['x', 'half'], 'place')];
    for (const [refused, found] of [
      [network('Softmax', ['x']), 'Softmax (node "y")'],
      [network('Div', ['half', 'x']), 'Div (node "y")'],
      [network('Pow', ['half', 'x']), 'Pow (node "y")'],
      [network('GatherElements', ['x', 'place'], chosen), 'GatherElements (node "y")'],
      [network('Where', ['place', 'x', 'half'], larger), 'Where (node "y")'],
      [network('Pow', ['x', 'exponents']), 'Pow (node "y")'],
      [network('ReduceMax', ['x', 'place'], axes), 'ReduceMax (node "y")'],
      [network('FastGelu', ['x'], [], 'com.microsoft'), 'FastGelu (node "y")'],
      [network('Gelu', ['x'], [], 'com.microsoft'), 'Gelu (node "y")'],
    ] as const) {
      await expect(rescaled(refused, [0, 0, 0, 0])).rejects.toMatchObject({
        ...{ code: 'DEEPLIFT_UNSUPPORTED_OPERATOR', found },
      });
    }
  });

  it('knows only inputs of the model as references', () => {
    expect(() =>
      differentiate(graphOf(between(node('Relu', ['h'], 'a'))), {
        objective: { kind: 'total', output: 'y' },
        ...{ withRespectTo: ['x'], rules: rescaleRules, reference: ['h'] },
      }),
    ).toThrow(expect.objectContaining({ code: 'GRADIENT_UNKNOWN_TENSOR' }));
  });
});
