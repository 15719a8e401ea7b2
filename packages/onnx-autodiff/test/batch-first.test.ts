import { describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { DifferentiableGraph, Graph, Node, withBatchFirst, type Dim } from '@understory/onnx-autodiff';
import { ModelProtoSchema } from 'onnx-buf';

/** A graph whose output is its input, columns first where `perm` says so. */
function graphOf(input: readonly Dim[], output: readonly Dim[], nodes: readonly Node[]): Graph {
  return new Graph({
    header: create(ModelProtoSchema, { irVersion: 8n }),
    ...{ name: 'test', opset: 17 },
    inputs: [{ name: 'x', type: 'float32', shape: input }],
    outputs: [{ name: 'y', type: 'float32', shape: output }],
    ...{ nodes, initializers: new Map(), declared: new Map() },
  });
}

const steps = (perm: readonly number[], to = 'y') => [
  Node.of('ReduceMean', ['x'], ['row'], { axes: [2], keepdims: 0 }),
  Node.of('Transpose', ['row'], [to], { perm: [...perm] }),
];

const added = (graph: Graph) => {
  const { inference } = new DifferentiableGraph(graph);
  const turned = withBatchFirst(graph, inference);
  const shapes = new DifferentiableGraph(turned).inference;
  return turned.nodes.slice(graph.nodes.length).map(({ outputs }) => [outputs[0], shapes.value(outputs[0]!).shape]);
};

describe('withBatchFirst', () => {
  it('adds a layer for steps before the batch, whose size is open or fixed', () => {
    expect(added(graphOf(['N', 3, 1, 12], [12, 'N', 3], steps([2, 0, 1])))).toEqual([['y:batch-first', ['N', 12, 3]]]);
    expect(added(graphOf([1, 3, 1, 12], [12, 1, 3], steps([2, 0, 1])))).toEqual([['y:batch-first', [1, 12, 3]]]);
    expect(added(graphOf(['N', 3, 1, 'W'], ['W', 'N', 3], steps([2, 0, 1])))).toEqual([
      ['y:batch-first', ['N', 'W', 3]],
    ]);
  });

  it('adds one for what a softmax at the end reads', () => {
    const nodes = [...steps([2, 0, 1], 'logits'), Node.of('LogSoftmax', ['logits'], ['y'], { axis: 2 })];
    expect(added(graphOf(['N', 3, 1, 12], [12, 'N', 3], nodes)).map(([name]) => name)).toEqual([
      'y:batch-first',
      'logits:batch-first',
    ]);
  });

  it('leaves a model as it is whose outputs have the batch first, and one that has the layers already', () => {
    const first = graphOf(['N', 3, 1, 12], ['N', 12, 3], steps([0, 2, 1]));
    expect(withBatchFirst(first, new DifferentiableGraph(first).inference)).toBe(first);
    const flat = graphOf(['N', 3, 1, 12], ['N', 36], [Node.of('Flatten', ['x'], ['y'])]);
    expect(withBatchFirst(flat, new DifferentiableGraph(flat).inference)).toBe(flat);
    const last = graphOf(['N', 3, 1, 12], [12, 'N', 3], steps([2, 0, 1]));
    const turned = withBatchFirst(last, new DifferentiableGraph(last).inference);
    expect(withBatchFirst(turned, new DifferentiableGraph(turned).inference)).toBe(turned);
  });
});
