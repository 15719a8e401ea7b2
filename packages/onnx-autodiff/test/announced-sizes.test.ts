import { expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { differentiate, Graph, Node, parseModel } from '../src/index.ts';
import { execute } from './execute.ts';

const model = () =>
  new Graph({
    header: create(ModelProtoSchema, { irVersion: 8n }),
    ...{ name: 'test', opset: 18 },
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', 2, 'height', 'width'] }],
    outputs: [{ name: 'y', type: 'float32', shape: undefined }],
    nodes: [
      Node.of('MaxPool', ['x'], ['small'], { kernel_shape: [2, 2], strides: [2, 2] }),
      Node.of('Relu', ['small'], ['positive']),
      Node.of('GlobalAveragePool', ['positive'], ['y']),
    ],
    ...{ initializers: new Map(), declared: new Map() },
  });

const derived = () =>
  differentiate(model(), { objective: { kind: 'cotangent', outputs: ['y'] }, withRespectTo: ['x'] });

it('a file that is told of sizes says which are the same, under short names, and keeps those of its inputs', () => {
  const { graph, sizes } = derived();
  const { declared } = parseModel(graph.encode(sizes));
  const shapeOf = (name: string) => declared.get(name)?.shape;
  expect(shapeOf('small')).toEqual(['batch', 2, 'size.0', 'size.1']);
  expect(shapeOf('positive')).toEqual(shapeOf('small'));
  const backward = [...declared.values()].filter(({ name }) => !['small', 'positive'].includes(name));
  expect(backward.map(({ shape }) => shape)).toContainEqual(shapeOf('small'));
  expect(parseModel(graph.encode()).declared.size).toBe(0);
});

it('which changes nothing of what it computes', async () => {
  const { graph, sizes, objectiveInputs, gradients } = derived();
  const values = (count: number) => Array.from({ length: count }, (_, at) => Math.sin(at));
  const feeds = {
    x: { type: 'float32', dims: [1, 2, 5, 7], values: values(70) },
    [objectiveInputs[0]!.name]: { type: 'float32', dims: [1, 2, 1, 1], values: values(2) },
  } as const;
  const [told, untold] = await Promise.all(
    [graph.encode(sizes), graph.encode()].map((bytes) => execute(bytes, feeds, [gradients['x']!])),
  );
  expect(told).toEqual(untold);
});
