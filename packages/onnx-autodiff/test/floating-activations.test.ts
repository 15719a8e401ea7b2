import { describe, expect, it } from '@jest/globals';
import { DifferentiableGraph, layersOf, type Constant } from '../src/index.ts';
import { tensor, wave, whole } from './alike.ts';
import { execute } from './execute.ts';
import { gradientsOf, graphOf, scalar, type Network, type NodeInput } from './gradients-of.ts';

const domain = 'com.microsoft';
const parameters = {
  ...{ xs: scalar(0.03), xz: scalar(120, 'uint8'), ws: scalar(0.02), wz: scalar(3, 'int8') },
  ...{ ys: scalar(0.05), yz: scalar(90, 'uint8'), w: tensor([4, 3, 3, 3], whole(60, 1), 'int8') },
};
const quantise: NodeInput = { operator: 'QuantizeLinear', inputs: ['x', 'xs', 'xz'], outputs: ['q'] };
const pool = { kernel_shape: [2, 2], strides: [2, 2] };

describe('a file of quantised operators', () => {
  const network: Network = {
    inputs: { x: tensor([2, 3, 6, 6], wave(2, 0)) },
    weights: { ...parameters, 'c.float': scalar(1) },
    output: 'y',
    nodes: [
      quantise,
      { operator: 'QLinearConv', inputs: ['q', 'xs', 'xz', 'w', 'ws', 'wz', 'ys', 'yz'], outputs: ['c'] },
      { operator: 'MaxPool', inputs: ['c'], outputs: ['p'], attributes: pool },
      { operator: 'QLinearSigmoid', inputs: ['p', 'ys', 'yz', 'ws', 'xz'], outputs: ['s'], domain },
      { operator: 'DequantizeLinear', inputs: ['s', 'ws', 'xz'], outputs: ['f'] },
      { operator: 'Mul', inputs: ['f', 'c.float'], outputs: ['y'] },
    ],
  };

  it('has floating-point activations, which are what the whole numbers stand for and change nothing', async () => {
    const { graph, inference } = new DifferentiableGraph(graphOf(network));
    const layers = layersOf(graph, inference).map(({ name, dims }) => [name, dims]);
    expect(layers).toEqual([
      ['c.float2', [2, 4, 4, 4]],
      ['p.float', [2, 4, 2, 2]],
      ['s.float', [2, 4, 2, 2]],
      ['f', [2, 4, 2, 2]],
      ['y', [2, 4, 2, 2]],
    ]);
    const asked = ['c', 'c.float2', 'p', 'p.float', 'y'];
    const all = graph.with({ outputs: asked.map((name) => inference.value(name)) });
    const results = await execute(all.encode(), network.inputs, asked);
    for (const name of ['c', 'p']) {
      const expected = Array.from(results[name]!.values, (step) => Math.fround((step - 90) * Math.fround(0.05)));
      const float = Array.from(results[name === 'c' ? 'c.float2' : `${name}.float`]!.values);
      expect(Math.max(...float.map((value, at) => Math.abs(value - expected[at]!)))).toBeLessThan(1e-6);
      expect(new Set(float).size).toBeGreaterThan(3);
    }
    const own = await execute(graphOf(network).encode(), network.inputs, ['y']);
    expect(Array.from(results['y']!.values)).toEqual(Array.from(own['y']!.values));
  });

  it('has the gradients of those activations', async () => {
    const cotangent = tensor([2, 4, 2, 2], wave(1, 2));
    const gradients = await gradientsOf(network, ['x', 'c', 'c.float2'], cotangent);
    const largest = (constant: Constant) => Math.max(...Array.from(constant.values, Math.abs));
    expect(largest(gradients['x']!)).toBeGreaterThan(1e-3);
    // A step of one is a twentieth of what it stands for.
    const ratios = Array.from(gradients['c']!.values, (value, at) => value - 0.05 * gradients['c.float2']!.values[at]!);
    expect(Math.max(...ratios.map(Math.abs))).toBeLessThan(1e-6 * largest(gradients['c']!));
  });
});

describe('a file that ONNX Runtime wrote optimised', () => {
  it('has gradients though constants have names that the runtime gives to its own', async () => {
    const weights: Readonly<Record<string, Constant>> = {
      ...parameters,
      ...{ w: tensor([4, 5], whole(60, 1), 'int8'), bias: tensor([5], wave(1, 0)) },
      gemm_output_shape: { type: 'int64', dims: [3], values: [2, 3, 4] },
    };
    const network: Network = {
      inputs: { x: tensor([6, 4], wave(2, 0)) },
      ...{ weights, output: 'y' },
      nodes: [
        { operator: 'Reshape', inputs: ['x', 'gemm_output_shape'], outputs: ['rows'] },
        { operator: 'DynamicQuantizeMatMul', inputs: ['rows', 'w', 'ws', 'wz', 'bias'], outputs: ['m'], domain },
        { operator: 'Tanh', inputs: ['m'], outputs: ['y'] },
      ],
    };
    const { x } = await gradientsOf(
      network,
      ['x'],
      tensor([2, 3, 5], () => 1),
    );
    expect(x!.dims).toEqual([6, 4]);
    expect(Math.max(...Array.from(x!.values, Math.abs))).toBeGreaterThan(1e-3);
  });
});
