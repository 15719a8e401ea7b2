import { describe, expect, it } from '@jest/globals';
import { DifferentiableGraph, differentiate, type AttributeInputs, type Constant } from '../src/index.ts';
import { execute } from './execute.ts';
import { graphOf } from './gradients-of.ts';

/** Nodes in front and behind, so that what the runtime infers from the pooling is held against what it computes. */
function network(operator: string, dims: readonly number[], attributes: AttributeInputs, opset: number, w?: Constant) {
  const count = dims.reduce((product, dim) => product * dim, 1);
  // Shuffled, so that maxima lie everywhere.
  const values = Float32Array.from({ length: count }, (_, at) => ((at * 37) % count) / count - 0.4);
  const x: Constant = { type: 'float32', dims, values };
  const graph = graphOf({
    opset,
    inputs: { x },
    weights: w ? { w } : {},
    nodes: [
      { operator: 'Sigmoid', inputs: ['x'], outputs: ['s'] },
      { operator, inputs: w ? ['s', 'w'] : ['s'], outputs: ['p'], attributes },
      { operator: 'Relu', inputs: ['p'], outputs: ['r'] },
      { operator: 'Mul', inputs: ['r', 'p'], outputs: ['y'] },
    ],
    output: 'y',
  });
  return { graph, x };
}

const cases: readonly (readonly [string, string, readonly number[], AttributeInputs, number, Constant?])[] = [
  [
    'a last window in the padding',
    'AveragePool',
    [1, 1, 13, 17],
    { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 },
    17,
  ],
  [
    'a last window in the padding',
    'MaxPool',
    [1, 1, 13, 17],
    { kernel_shape: [2, 2], strides: [2, 2], pads: [1, 1, 1, 1], ceil_mode: 1 },
    17,
  ],
  [
    'padding counted',
    'AveragePool',
    [1, 1, 9],
    { kernel_shape: [2], strides: [3], pads: [1, 1], ceil_mode: 1, count_include_pad: 1 },
    13,
  ],
  [
    'one axis overhangs, one does not',
    'MaxPool',
    [1, 1, 8, 10],
    { kernel_shape: [1, 3], strides: [4, 2], pads: [0, 1, 0, 1], ceil_mode: 1 },
    13,
  ],
  [
    'a stride beyond the kernel',
    'AveragePool',
    [1, 1, 10, 6],
    { kernel_shape: [1, 1], strides: [4, 3], ceil_mode: 1 },
    17,
  ],
  ['VALID', 'LpPool', [1, 1, 9, 8], { kernel_shape: [1, 2], strides: [4, 3], auto_pad: 'VALID', ceil_mode: 1 }, 18],
  ['SAME_LOWER', 'LpPool', [1, 1, 10], { kernel_shape: [1], strides: [5], auto_pad: 'SAME_LOWER' }, 18],
  [
    'dilations that reach beyond automatic padding',
    'MaxPool',
    [1, 1, 8, 4],
    { kernel_shape: [2, 2], strides: [5, 4], dilations: [2, 1], auto_pad: 'SAME_UPPER', ceil_mode: 1 },
    13,
  ],
  [
    'a dilated window larger than what it slides over',
    'MaxPool',
    [1, 1, 3, 4],
    { kernel_shape: [3, 3], strides: [3, 5], dilations: [2, 1], auto_pad: 'SAME_UPPER', ceil_mode: 1 },
    13,
  ],
  [
    'dilations, and an average of what negative padding leaves',
    'AveragePool',
    [1, 1, 5],
    {
      kernel_shape: [3],
      strides: [5],
      dilations: [2],
      auto_pad: 'SAME_LOWER',
      ceil_mode: 1,
      count_include_pad: 1,
    },
    20,
  ],
  [
    'dilations, and padding that counts or does not',
    'AveragePool',
    [1, 1, 9, 8],
    { kernel_shape: [2, 3], strides: [5, 2], dilations: [3, 2], auto_pad: 'SAME_LOWER' },
    19,
  ],
  [
    'dilations of automatic padding',
    'LpPool',
    [1, 1, 9, 8],
    { kernel_shape: [2, 3], strides: [4, 3], dilations: [1, 3], auto_pad: 'SAME_LOWER', ceil_mode: 1, p: 3 },
    18,
  ],
  [
    'SAME_UPPER and output_padding',
    'ConvTranspose',
    [1, 1, 3],
    { strides: [4], output_padding: [1], auto_pad: 'SAME_UPPER' },
    13,
    { type: 'float32', dims: [1, 1, 2], values: [0.7, -0.4] },
  ],
  [
    'an output smaller than the input',
    'ConvTranspose',
    [1, 1, 9],
    { output_shape: [7] },
    17,
    { type: 'float32', dims: [1, 1, 1], values: [0.7] },
  ],
];

describe('windows that the inference and the kernels of the runtime count differently', () => {
  it.each(cases.map((each) => [each[0], each[1], each] as const))('%s: %s', async (_, operator, each) => {
    const [, , dims, attributes, opset, weights] = each;
    const { graph, x } = network(operator, dims, attributes, opset, weights);
    const forward = graph.encode();
    const fetched = async (values: ArrayLike<number>) => (await execute(forward, { x: { ...x, values } }, ['y']))['y']!;
    const y = await fetched(x.values);
    expect(new DifferentiableGraph(graph).inference.value('y').shape).toEqual(y.dims);
    const derived = differentiate(graph, { objective: { kind: 'cotangent', outputs: ['y'] }, withRespectTo: ['x'] });
    const ones: Constant = { ...y, values: new Float32Array(y.values.length).fill(1) };
    const { [derived.gradients['x']!]: gradient } = await execute(
      derived.graph.encode(),
      { x, [derived.objectiveInputs[0]!.name]: ones },
      [derived.gradients['x']!],
    );
    const total = async (at: number, by: number) => {
      const moved = Float32Array.from(x.values, (value, place) => (place === at ? value + by : value));
      return Array.from((await fetched(moved)).values).reduce((sum, value) => sum + value, 0);
    };
    for (let at = 0; at < x.values.length; at += 13) {
      const numeric = ((await total(at, 1e-3)) - (await total(at, -1e-3))) / 2e-3;
      expect(gradient!.values[at]).toBeCloseTo(numeric, 2);
    }
  });
});
