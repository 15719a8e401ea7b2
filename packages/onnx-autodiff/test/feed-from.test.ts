import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { DifferentiableGraph, feedFrom, parseModel, type Constant } from '../src/index.ts';
import { execute } from './execute.ts';
import { graphOf, vector } from './gradients-of.ts';

const graph = graphOf({
  inputs: { x: vector([1, 2, 3, 4]) },
  weights: { sizes: { type: 'int64', dims: [2], values: [2, 2] } },
  nodes: [
    { operator: 'Split', inputs: ['x', 'sizes'], outputs: ['a', 'b'], attributes: { axis: 0 } },
    { operator: 'Neg', inputs: ['a'], outputs: ['c'] },
    { operator: 'Add', inputs: ['b', 'c'], outputs: ['y'] },
  ],
  output: 'y',
});
const like = (name: string) => ({ name, type: 'float32', shape: [2] }) as const;

describe('feedFrom', () => {
  it('computes on from what it is given and needs nothing that led there', async () => {
    const cut = feedFrom(graph, [like('b'), like('c')]);
    const bytes = cut.encode();
    expect(parseModel(bytes).nodes.map(({ operator }) => operator)).toEqual(['Add']);
    const feeds = { x: vector([0, 0, 0, 0]), b: vector([10, 20]), c: vector([1, 2]) };
    expect(Array.from((await execute(bytes, feeds, ['y']))['y']!.values)).toEqual([11, 22]);
  });

  it('keeps the other outputs of an operator that it cuts', async () => {
    const bytes = feedFrom(graph, [like('a')]).encode();
    const feeds = { x: vector([1, 2, 3, 4]), a: vector([100, 200]) };
    expect(Array.from((await execute(bytes, feeds, ['y']))['y']!.values)).toEqual([3 - 100, 4 - 200]);
  });

  it('leaves the graph that it is given alone', async () => {
    feedFrom(graph, [like('c')]);
    const result = await execute(graph.encode(), { x: vector([1, 2, 3, 4]) }, ['y']);
    expect(Array.from(result['y']!.values)).toEqual([2, 2]);
  });

  it('refuses what no node computes', () => {
    for (const name of ['x', 'sizes', 'z']) {
      expect(() => feedFrom(graph, [like(name)])).toThrow(expect.objectContaining({ code: 'GRADIENT_UNKNOWN_TENSOR' }));
    }
  });

  it('cuts a network in two that compute what it computed whole', async () => {
    const path = new URL('../../../fixtures/golden/networks/resnet-torchscript/model.onnx', import.meta.url);
    const whole = new DifferentiableGraph(parseModel(readFileSync(path)));
    const layer = '/layer3/layer3.1/relu_2/Relu_output_0';
    const outputs = (...names: readonly string[]) => names.map((name) => whole.outputValue(name));
    const input: Constant = {
      type: 'float32',
      dims: [2, 3, 32, 32],
      values: Float32Array.from({ length: 6144 }, (_, at) => Math.sin(at)),
    };
    const expected = await execute(whole.graph.with({ outputs: outputs(layer, 'logits') }).encode(), { input }, [
      layer,
      'logits',
    ]);
    const rest = feedFrom(whole.graph, outputs(layer)).with({ outputs: outputs('logits') });
    const zeros = { ...input, values: new Float32Array(6144) };
    const { logits } = await execute(rest.encode(), { input: zeros, [layer]: expected[layer]! }, ['logits']);
    expect(Array.from(logits!.values)).toEqual(
      Array.from(expected['logits']!.values, (value) => expect.closeTo(value, 5)),
    );
  });
});
