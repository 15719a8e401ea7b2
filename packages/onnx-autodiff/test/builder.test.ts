import { describe, expect, it } from '@jest/globals';
import { DifferentiableGraph, type Constant, type GradientRule } from '../src/index.ts';
import { execute } from './execute.ts';
import { graphOf } from './gradients-of.ts';

describe('GraphBuilder', () => {
  it.each([
    ['the average first', ['g', 'x']],
    ['the average last', ['x', 'g']],
  ])('adds what is the same along an axis without writing it out, %s', async (_, inputs) => {
    const values = Array.from({ length: 24 }, (__, at) => ((at * 5) % 7) - 3);
    const x: Constant = { type: 'float32', dims: [2, 3, 2, 2], values };
    const network = graphOf({
      inputs: { x },
      nodes: [
        { operator: 'GlobalAveragePool', inputs: ['x'], outputs: ['g'] },
        { operator: 'Mul', inputs, outputs: ['y'] },
      ],
      output: 'y',
    });
    const { graph, objectiveInputs } = new DifferentiableGraph(network).differentiate({
      objective: { kind: 'cotangent', outputs: ['y'] },
      withRespectTo: ['x'],
    });
    const sum = graph.nodes.find(({ operator }) => operator === 'Add')!;
    const expansions = graph.nodes.filter(({ operator }) => operator === 'Expand').flatMap(({ outputs }) => outputs);
    expect(sum.inputs.filter((name) => expansions.includes(name))).toEqual([]);
    const ones = { ...x, values: values.map(() => 1) };
    const result = await execute(graph.encode(), { x, [objectiveInputs[0]!.name]: ones }, ['x.grad']);
    // The sum of x * mean(x) is 4 mean(x)^2 a channel: its derivative is 2 mean(x).
    const expected = values.map((__, at) => {
      const channel = values.slice(4 * Math.floor(at / 4), 4 * Math.floor(at / 4) + 4);
      return channel.reduce((total, value) => total + value, 0) / 2;
    });
    const distance = Math.max(...expected.map((value, at) => Math.abs(value - result['x.grad']!.values[at]!)));
    expect(distance).toBeLessThan(1e-5);
  });

  it('does what a node does to another input, with its attributes and in its domain', async () => {
    const x: Constant = { type: 'float32', dims: [3], values: [-2, 0.5, 3] };
    const attributes = { alpha: { float: 0.7 } };
    const network = graphOf({
      inputs: { x },
      nodes: [{ operator: 'QuickGelu', domain: 'com.microsoft', inputs: ['x'], outputs: ['y'], attributes }],
      output: 'y',
    });
    const again: GradientRule = {
      operator: 'QuickGelu',
      domain: 'com.microsoft',
      opsets: [7, 26],
      covers: 'Nothing.',
      gradient: ({ node, inputs: [input], gradients: [dy], graph }) => ({
        0: () => graph.mul(dy!, graph.again(node, graph.scale(input!, 2))),
      }),
    };
    const { graph, objectiveInputs } = new DifferentiableGraph(network, { rules: [again] }).differentiate({
      objective: { kind: 'cotangent', outputs: ['y'] },
      withRespectTo: ['x'],
    });
    const ones = { ...x, values: [1, 1, 1] };
    const result = await execute(graph.encode(), { x, [objectiveInputs[0]!.name]: ones }, ['x.grad']);
    Array.from(x.values).forEach((value, at) => {
      expect(result['x.grad']!.values[at]).toBeCloseTo((2 * value) / (1 + Math.exp(-0.7 * 2 * value)), 5);
    });
  });
});
