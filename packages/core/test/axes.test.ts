import { describe, expect, it } from '@jest/globals';
import { lastSpatialLayer, otherAxes } from '@understory/core';
import type { AttributeValue, GraphNode, GraphView, LayerSpec } from '@understory/core';

const node = (
  operator: string,
  inputs: string[],
  outputs: string[],
  attributes: Record<string, AttributeValue> = {},
): GraphNode => ({
  operator,
  name: outputs[0]!,
  inputs,
  outputs,
  attributes,
});
const view = (...nodes: GraphNode[]): GraphView => ({ nodes, constant: () => undefined });
const layer = (name: string, ...dims: (number | string)[]): LayerSpec => ({
  name,
  type: 'float32',
  dims,
  operator: 'Relu',
  modules: [],
});
const model = (graph: GraphView, layers: LayerSpec[], input: (number | string)[] = ['N', 3, 32, 32]) => ({
  graph,
  layers,
  inputs: [{ name: 'x', type: 'float32' as const, dims: input }],
});

describe('otherAxes', () => {
  it('knows the channels-last borders of a converted TensorFlow network, and passes them over', () => {
    const m = model(
      view(
        node('Sub', ['x', 'mean'], ['centred']),
        node('Transpose', ['centred'], ['first'], { perm: [0, 3, 1, 2] }),
        node('Conv', ['first', 'w'], ['conv']),
        node('Relu', ['conv'], ['relu']),
        node('Transpose', ['relu'], ['last'], { perm: [0, 2, 3, 1] }),
        node('Mul', ['last', 'scale'], ['scaled']),
        node('ReduceMean', ['scaled', 'axes'], ['pooled']),
      ),
      [
        layer('centred', 'N', 32, 32, 3),
        layer('first', 'N', 3, 32, 32),
        layer('conv', 'N', 8, 16, 16),
        layer('relu', 'N', 8, 16, 16),
        layer('last', 'N', 16, 16, 8),
        layer('scaled', 'N', 16, 16, 8),
      ],
      ['N', 32, 32, 3],
    );
    expect(Object.fromEntries(otherAxes(m.graph, m.layers, m.inputs))).toEqual({
      x: 'channelsLast',
      centred: 'channelsLast',
      last: 'channelsLast',
      scaled: 'channelsLast',
    });
    expect(lastSpatialLayer(m, () => true)?.name).toBe('relu');
  });

  it('knows queries, keys, scores and values of attention, and passes them over', () => {
    const m = model(
      view(
        node('Conv', ['x', 'w'], ['patches']),
        node('Reshape', ['patches', 's'], ['tokens']),
        node('MatMul', ['tokens', 'wq'], ['mixed']),
        node('Reshape', ['mixed', 's4'], ['split']),
        node('Transpose', ['split'], ['q'], { perm: [0, 2, 1, 3] }),
        node('Transpose', ['split'], ['k'], { perm: [0, 2, 3, 1] }),
        node('Mul', ['q', 'scale'], ['scaled']),
        node('MatMul', ['scaled', 'k'], ['scores']),
        node('Softmax', ['scores'], ['weights']),
        node('MatMul', ['weights', 'q'], ['context']),
        node('Transpose', ['context'], ['together'], { perm: [0, 2, 1, 3] }),
        node('Reshape', ['together', 's'], ['merged']),
      ),
      [
        layer('patches', 'N', 8, 4, 4),
        layer('tokens', 'N', 16, 8),
        layer('split', 'N', 16, 2, 4),
        layer('q', 'N', 2, 16, 4),
        layer('k', 'N', 2, 4, 16),
        layer('scaled', 'N', 2, 16, 4),
        layer('scores', 'N', 2, 16, 16),
        layer('weights', 'N', 2, 16, 16),
        layer('context', 'N', 2, 16, 4),
        layer('together', 'N', 16, 2, 4),
        layer('merged', 'N', 16, 8),
      ],
    );
    expect(
      [...otherAxes(m.graph, m.layers, m.inputs)]
        .filter(([, axes]) => axes === 'attention')
        .map(([name]) => name)
        .sort(),
    ).toEqual(['context', 'k', 'q', 'scaled', 'scores', 'split', 'together', 'weights'].sort());
    expect(lastSpatialLayer(m, () => true)?.name).toBe('patches');
  });

  it('leaves an ordinary convolutional network alone', () => {
    const m = model(
      view(node('Conv', ['x', 'w'], ['a']), node('Sigmoid', ['a'], ['s']), node('Mul', ['a', 's'], ['y'])),
      [layer('a', 'N', 8, 4, 4), layer('s', 'N', 8, 4, 4), layer('y', 'N', 8, 4, 4)],
    );
    expect(otherAxes(m.graph, m.layers, m.inputs).size).toBe(0);
    expect(lastSpatialLayer(m, () => true)?.name).toBe('y');
  });
});
