import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  alphaBetaRules,
  differentiate,
  epsilonRules,
  gradientRules,
  zPlusRules,
  type Constant,
  type OperatorRule,
} from '../src/index.ts';
import { execute } from './execute.ts';
import { graphOf, scalar, vector, type Network, type NodeInput } from './gradients-of.ts';

const rulesOf = { epsilon: epsilonRules, 'z-plus': zPlusRules, 'alpha-beta': alphaBetaRules } as const;
type Rule = keyof typeof rulesOf;

/** The relevance of each element of `x` for the sum of the output, and that sum. */
async function relevanceOf(network: Network, rules: readonly OperatorRule[]) {
  const objective = { kind: 'cotangent', outputs: [network.output] } as const;
  const model = differentiate(graphOf(network), {
    ...{ objective, withRespectTo: ['x'], rules, fetch: [network.output] },
  });
  const x = network.inputs['x']!;
  const ones = (await execute(graphOf(network).encode(), network.inputs, [network.output]))[network.output]!;
  const feeds = {
    ...network.inputs,
    [model.objectiveInputs[0]!.name]: { ...ones, values: Array.from(ones.values, () => 1) },
  };
  const results = await execute(model.graph.encode(model.sizes), feeds, [model.gradients['x']!]);
  const carried = results[model.gradients['x']!]!.values;
  return {
    relevance: Array.from(carried, (value, at) => value * x.values[at]!),
    score: Array.from(ones.values).reduce((sum, value) => sum + value, 0),
  };
}

const matrix = (rows: readonly (readonly number[])[]): Constant => ({
  ...{ type: 'float32', dims: [rows.length, rows[0]!.length], values: rows.flat() },
});

interface Layer {
  /** `[inputs][outputs]`. */
  readonly weights: readonly (readonly number[])[];
  readonly bias: readonly number[];
}

/** The formulas written out for two products with a ReLU between them. */
function plain(layers: readonly Layer[], x: readonly number[], rule: Rule): number[] {
  const values = [x];
  const sums: number[][] = [];
  layers.forEach(({ weights, bias }, at) => {
    const before = values.at(-1)!;
    const z = bias.map((b, j) => before.reduce((sum, value, i) => sum + value * weights[i]![j]!, b));
    sums.push(z);
    values.push(at === layers.length - 1 ? z : z.map((value) => Math.max(value, 0)));
  });
  let relevance = sums.at(-1)!;
  for (let at = layers.length - 1; at >= 0; at -= 1) {
    const { weights, bias } = layers[at]!;
    const [before, z] = [values[at]!, sums[at]!];
    const e = Math.sqrt(z.reduce((sum, value) => sum + value * value, 0) / z.length) / 4;
    const above = relevance;
    relevance = before.map((value, i) =>
      z.reduce((sum, total, j) => {
        const parts = [...before.map((each, k) => each * weights[k]![j]!), bias[j]!];
        const positive = parts.reduce((all, part) => all + Math.max(part, 0), 0);
        const negative = parts.reduce((all, part) => all + Math.min(part, 0), 0);
        const own = value * weights[i]![j]!;
        const raising = positive === 0 ? 0 : Math.max(own, 0) / positive;
        const lowering = negative === 0 ? 0 : Math.min(own, 0) / negative;
        const share = {
          epsilon: own / (total + (total < 0 ? -e : e) || 1),
          'z-plus': raising,
          'alpha-beta': (negative === 0 ? 1 : 2) * raising + (positive === 0 ? 1 : -1) * lowering,
        }[rule];
        return sum + share * above[j]!;
      }, 0),
    );
  }
  return relevance;
}

const number = fc.integer({ min: -48, max: 48 }).map((value) => (2 * value + 1) / 64);
const layer = (inputs: number, outputs: number, hasBias: boolean): fc.Arbitrary<Layer> =>
  fc.record({
    weights: fc.array(fc.array(number, { minLength: outputs, maxLength: outputs }), {
      ...{ minLength: inputs, maxLength: inputs },
    }),
    bias: fc.array(hasBias ? number : fc.constant(0), { minLength: outputs, maxLength: outputs }),
  });
const dense = (hasBias: boolean) =>
  fc.record({
    x: fc.array(number, { minLength: 4, maxLength: 4 }),
    layers: fc.tuple(layer(4, 3, hasBias), layer(3, 2, hasBias)),
  });

const networkOf = (layers: readonly Layer[], x: readonly number[]): Network => ({
  inputs: { x: matrix([x]) },
  weights: Object.fromEntries(
    layers.flatMap(({ weights, bias }, at) => [
      [`w${at}`, matrix(weights)],
      [`b${at}`, vector(bias)],
    ]),
  ),
  nodes: [
    { operator: 'Gemm', inputs: ['x', 'w0', 'b0'], outputs: ['h'] },
    { operator: 'Relu', inputs: ['h'], outputs: ['a'] },
    { operator: 'Gemm', inputs: ['a', 'w1', 'b1'], outputs: ['y'] },
  ],
  output: 'y',
});

describe.each(['epsilon', 'z-plus', 'alpha-beta'] as const)('relevance by %s', (rule) => {
  it('equals the formula written out on any two layers', async () => {
    await fc.assert(
      fc.asyncProperty(dense(true), async ({ x, layers }) => {
        const { relevance } = await relevanceOf(networkOf(layers, x), rulesOf[rule]);
        const expected = plain(layers, x, rule);
        const scale = Math.max(1, ...expected.map(Math.abs));
        expected.forEach((value, at) => expect(Math.abs(value - relevance[at]!)).toBeLessThan(2e-4 * scale));
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('passes through sums, pools, what moves values and activations without loss', async () => {
    // Positive weights and no biases: every rule but epsilon's stabiliser keeps all of it.
    const network: Network = {
      inputs: {
        x: { type: 'float32', dims: [1, 1, 4, 4], values: Array.from({ length: 16 }, (_, at) => (at % 5) - 1) },
      },
      weights: {
        w: { type: 'float32', dims: [2, 1, 2, 2], values: [1, 2, 0.5, 1, 0.25, 1, 1, 2] },
        six: scalar(6),
        zero: scalar(0),
        half: scalar(0.5),
        axis: { type: 'int64', dims: [1], values: [1] },
      },
      nodes: [
        { operator: 'Relu', inputs: ['x'], outputs: ['r'] },
        {
          operator: 'Conv',
          inputs: ['r', 'w'],
          outputs: ['c'],
          attributes: { kernel_shape: [2, 2], pads: [0, 0, 1, 1] },
        },
        { operator: 'Clip', inputs: ['c', 'zero', 'six'], outputs: ['l'] },
        { operator: 'MaxPool', inputs: ['l'], outputs: ['m'], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
        {
          operator: 'AveragePool',
          inputs: ['l'],
          outputs: ['v'],
          attributes: { kernel_shape: [2, 2], strides: [2, 2] },
        },
        { operator: 'Add', inputs: ['m', 'v'], outputs: ['s'] },
        { operator: 'Mul', inputs: ['s', 'half'], outputs: ['k'] },
        { operator: 'Tanh', inputs: ['k'], outputs: ['t'] },
        { operator: 'Flatten', inputs: ['t'], outputs: ['f'] },
        { operator: 'ReduceSum', inputs: ['f', 'axis'], outputs: ['y'], attributes: { keepdims: 1 } },
      ],
      output: 'y',
    };
    const { relevance, score } = await relevanceOf(network, rulesOf[rule]);
    const total = relevance.reduce((sum, value) => sum + value, 0);
    expect(score).toBeGreaterThan(5);
    expect(relevance.every((value) => value >= 0)).toBe(true);
    if (rule === 'epsilon') expect(total / score).toBeGreaterThan(0.5);
    else expect(total / score).toBeCloseTo(1, 5);
    expect(total / score).toBeLessThan(1 + 1e-5);
  });

  it('refuses a product of two activations, a softmax and a quotient, by name', async () => {
    for (const [operator, inputs] of [
      ['Mul', ['x', 'x']],
      ['MatMul', ['x', 'x']],
      ['Div', ['half', 'x']],
      ['Softmax', ['x']],
    ] as const) {
      const network: Network = {
        inputs: {
          x: matrix([
            [1, 2],
            [3, 4],
          ]),
        },
        weights: { half: scalar(0.5) },
        nodes: [{ operator, inputs, outputs: ['y'] }],
        output: 'y',
      };
      await expect(relevanceOf(network, rulesOf[rule])).rejects.toMatchObject({
        ...{ code: 'RELEVANCE_UNSUPPORTED_OPERATOR', found: `${operator} (node "y")` },
      });
    }
  });
});

describe('relevance', () => {
  it('is carried back as derivatives by what is linear or chooses', () => {
    const others = new Set(zPlusRules.map(({ domain, operator }) => `${domain ?? ''}:${operator}`));
    const passing = [...gradientRules].filter(([key, rule]) => !('noGradient' in rule) && !others.has(key));
    expect(passing.map(([, { operator }]) => operator).sort()).toEqual([
      ...['Add', 'AveragePool', 'BatchNormalization', 'Concat', 'ConvTranspose', 'DepthToSpace', 'Dropout', 'Expand'],
      ...['Flatten', 'Gather', 'GatherElements', 'GatherND', 'GlobalAveragePool', 'GlobalMaxPool', 'Identity'],
      ...['LeakyRelu', 'Max', 'MaxPool', 'Mean', 'Min', 'Neg', 'PRelu', 'Pad', 'ReduceMax', 'ReduceMean', 'ReduceMin'],
      ...['ReduceSum', 'Relu', 'Reshape', 'Resize', 'Slice', 'SpaceToDepth', 'Split', 'Squeeze', 'Sub', 'Sum', 'Tile'],
      ...['Transpose', 'Unsqueeze', 'Where'],
    ]);
  });

  const square = matrix([
    [1, -2],
    [3, 0.5],
  ]);
  const one = (operator: string, inputs: readonly string[], more: Partial<NodeInput> = {}): Network => ({
    ...{ opset: 24, inputs: { x: square }, weights: { half: scalar(0.5), w: square, c: vector([0, 0]) }, output: 'y' },
    nodes: [{ operator, inputs, outputs: ['y'], ...more }],
  });

  it.each([
    ...['Celu', 'Clip', 'Elu', 'Gelu', 'HardSigmoid', 'HardSwish', 'Mish', 'Selu', 'Sigmoid', 'Softplus', 'Softsign'],
    ...['Swish', 'Tanh', 'ThresholdedRelu'],
  ])('of what %s gives is that of what it takes', async (operator) => {
    const network = one(operator, ['x']);
    const { y } = await execute(graphOf(network).encode(), network.inputs, ['y']);
    const { relevance } = await relevanceOf(network, zPlusRules);
    expect(relevance).toEqual(Array.from(y!.values, (value) => expect.closeTo(value, 5)));
  });

  it('passes a quotient by a number, a number in front of a factor, and ends at what is piecewise constant', async () => {
    for (const network of [one('Div', ['x', 'half']), one('Mul', ['half', 'x'])]) {
      const { relevance, score } = await relevanceOf(network, zPlusRules);
      expect(relevance.reduce((sum, value) => sum + value, 0)).toBeCloseTo(score, 5);
    }
    const rounded = one('Add', ['x', 'f']);
    const nodes = [{ operator: 'Floor', inputs: ['x'], outputs: ['f'] }, ...rounded.nodes];
    const { relevance } = await relevanceOf({ ...rounded, nodes }, zPlusRules);
    expect(relevance).toEqual(Array.from(square.values));
  });

  it('is refused by name where weights or a bias depend on the image, and where a product turns them round', async () => {
    const part = { operator: 'ReduceSum', inputs: ['x', 'axis'], outputs: ['p'], attributes: { keepdims: 0 } };
    const biased = one('Gemm', ['x', 'w', 'p']);
    for (const network of [
      one('Gemm', ['x', 'w', 'c'], { attributes: { alpha: { float: -1 } } }),
      one('Gemm', ['x', 'w', 'c'], { attributes: { beta: { float: -1 } } }),
      one('Gelu', ['x'], { domain: 'com.microsoft' }),
      {
        ...biased,
        weights: { ...biased.weights, axis: { type: 'int64', dims: [1], values: [0] } },
        nodes: [part, ...biased.nodes],
      } as const,
    ]) {
      await expect(relevanceOf(network, zPlusRules)).rejects.toMatchObject({ code: 'RELEVANCE_UNSUPPORTED_OPERATOR' });
    }
  });

  it('needs the rank of what epsilon is measured on', () => {
    const network: Network = {
      ...{ inputs: { x: square }, weights: { w: square, flat: { type: 'int64', dims: [2], values: [1, -1] } } },
      nodes: [
        { operator: 'MatMul', inputs: ['x', 'w'], outputs: ['h'] },
        { operator: 'Reshape', inputs: ['h', 'flat'], outputs: ['y'] },
      ],
      output: 'y',
    };
    const open = graphOf(network).with({ inputs: [{ name: 'x', type: 'float32', shape: undefined }] });
    expect(() =>
      differentiate(open, {
        ...{ objective: { kind: 'cotangent', outputs: ['y'] }, withRespectTo: ['x'], rules: epsilonRules },
      }),
    ).toThrow(expect.objectContaining({ code: 'RELEVANCE_UNSUPPORTED_OPERATOR' }));
  });

  it('sums to the score by alpha-beta in any network without biases', async () => {
    await fc.assert(
      fc.asyncProperty(dense(false), async ({ x, layers }) => {
        const { relevance, score } = await relevanceOf(networkOf(layers, x), alphaBetaRules);
        const total = relevance.reduce((sum, value) => sum + value, 0);
        const size = Math.max(1, ...relevance.map(Math.abs));
        expect(Math.abs(total - score)).toBeLessThan(2e-4 * size);
      }),
      { seed: 2, numRuns: 60 },
    );
  });

  it('is shared over the positive and negative part of a convolution with groups as over those of its products', async () => {
    const w = [1, -2, 3, -1, 2, -0.5];
    const x = [1, -2, 0.5, 3];
    const network: Network = {
      inputs: { x: { type: 'float32', dims: [1, 2, 1, 2], values: x } },
      weights: { w: { type: 'float32', dims: [2, 1, 1, 2], values: w.slice(0, 4) } },
      nodes: [{ operator: 'Conv', inputs: ['x', 'w'], outputs: ['y'], attributes: { group: 2, kernel_shape: [1, 2] } }],
      output: 'y',
    };
    const { relevance } = await relevanceOf(network, zPlusRules);
    // 1 + 4, both raise; 1.5 raises and -3 lowers -1.5.
    [1, 4, -1.5, 0].forEach((value, at) => expect(relevance[at]).toBeCloseTo(value, 5));
  });
});
