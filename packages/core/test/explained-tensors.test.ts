import { describe, expect, it } from '@jest/globals';
import { explainedTensors, tensor, type GraphNode, type LayerSpec, type Objective } from '@understory/core';

const node = (
  operator: string,
  inputs: string,
  output: string,
  attributes: GraphNode['attributes'] = {},
): GraphNode => ({
  ...{ operator, name: output, attributes },
  ...{ inputs: inputs.split(' '), outputs: [output] },
});
const layer = (name: string, dims: LayerSpec['dims'], operator: string): LayerSpec => ({
  ...{ name, dims, operator, type: 'float32', modules: [] },
});

/** `out` `[N, 3, 10]`: the sigmoids of a fine map of eight places, and of a coarse one of two that is scaled. */
const nodes = [
  node('Conv', 'image w', 'fine'),
  node('Conv', 'fine w', 'coarse'),
  node('Mul', 'coarse scale', 'scaled'),
  node('Reshape', 'fine shape', 'rows'),
  node('Reshape', 'scaled shape', 'few'),
  node('Concat', 'rows few', 'all', { axis: 2 }),
  node('Sigmoid', 'all', 'out'),
];
const model = {
  inputs: [{ name: 'image', type: 'float32' as const, dims: ['N', 3, 8, 16] }],
  outputs: [{ name: 'out', type: 'float32' as const, dims: ['N', 3, 10] }],
  layers: [
    layer('fine', ['N', 3, 2, 4], 'Conv'),
    layer('coarse', ['N', 3, 1, 2], 'Conv'),
    layer('scaled', ['N', 3, 1, 2], 'Mul'),
    layer('rows', ['N', 3, 8], 'Reshape'),
    layer('few', ['N', 3, 2], 'Reshape'),
    layer('all', ['N', 3, 10], 'Concat'),
    layer('out', ['N', 3, 10], 'Sigmoid'),
  ],
  graph: {
    nodes,
    constant: (name: string) =>
      name === 'w' || name === 'scale' ? tensor('float32', new Float32Array(1), [1, 1, 1, 1]) : undefined,
  },
};
const score = (...index: readonly (readonly number[])[]): Objective => ({ kind: 'score', output: 'out', index });

describe('explainedTensors', () => {
  it('are the map of the level that an element comes from', () => {
    expect(explainedTensors(model, score([1, 7]))).toEqual([['fine']]);
    expect(explainedTensors(model, score([1, 8]))).toEqual([['coarse']]);
    const lower: Objective = { kind: 'sum', terms: [{ weight: -1, of: score([1, 7]) }] };
    expect(explainedTensors(model, lower)).toEqual([['fine']]);
  });

  it('are told by sample, each once', () => {
    expect(explainedTensors(model, score([1, 7], [0, 0], [1, 9]))).toEqual([['fine'], ['coarse']]);
  });

  it('are the outputs where nothing is put together, where all of it is read, and without a graph', () => {
    const without = { inputs: model.inputs, outputs: model.outputs, layers: model.layers };
    expect(explainedTensors(without, score([1, 7]))).toEqual([['out']]);
    const direct = { ...model, graph: { ...model.graph, nodes: [nodes[0]!, node('Sigmoid', 'fine', 'out')] } };
    expect(explainedTensors(direct, score([1, 0, 3]))).toEqual([['out']]);
    const all: Objective = {
      kind: 'cotangent',
      cotangents: { out: tensor('float32', new Float32Array(30), [1, 3, 10]) },
    };
    expect(explainedTensors(model, all)).toEqual([['out']]);
  });
});
