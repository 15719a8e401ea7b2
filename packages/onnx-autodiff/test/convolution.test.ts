import { describe, expect, it } from '@jest/globals';
import { differentiate, Graph, type AttributeInputs, type Constant } from '../src/index.ts';
import { execute } from './execute.ts';
import { graphOf } from './gradients-of.ts';

const counting = (dims: readonly number[]): Constant => {
  const count = dims.reduce((product, dim) => product * dim, 1);
  return { type: 'float32', dims, values: Array.from({ length: count }, (_, at) => ((at * 7) % 11) - 4) };
};

const x = counting([1, 1, 8]);
const w = counting([1, 1, 3]);
const cotangent = counting([1, 1, 4]);

function convolution(attributes: AttributeInputs, inputs: Record<string, Constant> = { x, w }): Graph {
  return graphOf({
    inputs,
    nodes: [{ operator: 'Conv', inputs: ['x', 'w'], outputs: ['y'], attributes }],
    output: 'y',
  });
}

/** The gradients of x and w without running the convolution itself. */
async function gradients(graph: Graph) {
  const derived = differentiate(graph, {
    objective: { kind: 'cotangent', outputs: ['y'] },
    withRespectTo: ['x', 'w'],
  });
  const names = ['x', 'w'].map((name) => derived.gradients[name]!);
  const missing = new Set<string>();
  const nodes = derived.graph.nodes.filter(({ inputs, outputs }) => {
    const runs = !outputs.includes('y') && !inputs.some((name) => missing.has(name));
    if (!runs) outputs.forEach((name) => missing.add(name));
    return runs;
  });
  const backward = new Graph({
    ...derived.graph,
    nodes,
    outputs: derived.graph.outputs.filter(({ name }) => names.includes(name)),
  });
  const results = await execute(backward.encode(), { x, w, [derived.objectiveInputs[0]!.name]: cotangent }, names);
  return names.map((name) => Array.from(results[name]!.values));
}

describe('gradients of convolutions', () => {
  // ONNX Runtime refuses to run such a convolution; other runtimes follow the specification.
  it.each([
    ['SAME_UPPER', [1, 2]],
    ['SAME_LOWER', [2, 1]],
  ])(
    'of a dilated kernel with %s and sizes unknown ahead are those of the padding written out',
    async (auto_pad, pads) => {
      const shared = { strides: [2], dilations: [2] };
      const automatic = convolution({ ...shared, auto_pad });
      const open = new Graph({
        ...automatic,
        inputs: automatic.inputs.map((input) => ({
          ...input,
          shape: input.shape!.map((_, at) => `${input.name}${at}`),
        })),
      });
      const explicit = await gradients(convolution({ ...shared, pads }));
      expect(explicit.flat().some((value) => value !== 0)).toBe(true);
      expect(await gradients(open)).toEqual(explicit);
    },
  );

  it('cut nothing off where known sizes fit', () => {
    const operators = (size: number) =>
      differentiate(convolution({ strides: [2] }, { x: counting([1, 1, size]), w }), {
        objective: { kind: 'cotangent', outputs: ['y'] },
        withRespectTo: ['w'],
      }).graph.nodes.map(({ operator }) => operator);
    expect(operators(7)).not.toContain('Slice');
    expect(operators(8)).toContain('Slice');
  });
});
