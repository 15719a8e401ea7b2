import { describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { FedSizes, Graph, Inference, Node, writeTensor, type FedTensor, type Shape } from '../src/index.ts';

function fedSizes(
  inputs: Readonly<Record<string, Shape>>,
  nodes: readonly Node[],
  weights: Readonly<Record<string, readonly number[]>> = {},
) {
  const graph = new Graph({
    header: create(ModelProtoSchema, { irVersion: 8n }),
    name: 'test',
    opset: 18,
    inputs: Object.entries(inputs).map(([name, shape]) => ({
      name,
      type: name === 'sizes' ? 'int64' : 'float32',
      shape,
    })),
    outputs: [{ name: 'y', type: 'float32', shape: undefined }],
    nodes,
    initializers: new Map(
      Object.entries(weights).map(([name, values]) => {
        const type = name === 'scales' ? 'float32' : 'int64';
        return [name, { proto: writeTensor(name, { type, dims: [values.length], values }) }];
      }),
    ),
    declared: new Map(),
  });
  return new FedSizes(graph, new Inference(graph));
}

/** Feeds whose elements nobody reads but where they are listed. */
const x = (...dims: readonly number[]): FedTensor => ({ type: 'float32', dims, data: { length: 2 ** 20 } });
const sizes = (...values: readonly bigint[]): FedTensor => ({ type: 'int64', dims: [values.length], data: values });
const refused = (found: RegExp) =>
  expect.objectContaining({ code: 'ONNX_TOO_LARGE', found: expect.stringMatching(found) as unknown });

const image: Readonly<Record<string, Shape>> = { x: ['N', 3, 'H', 'W'] };

describe('sizes that follow from what is fed are held against the limits', () => {
  it.each<[string, readonly Node[], Readonly<Record<string, readonly number[]>>, RegExp]>([
    [
      'Expand to the square of the image',
      [
        Node.of('Shape', ['x'], ['s'], { start: 3, end: 4 }),
        Node.of('Mul', ['s', 's'], ['q']),
        Node.of('Concat', ['one', 'q', 'q'], ['all'], { axis: 0 }),
        Node.of('Expand', ['one', 'all'], ['y'], {}, 'grow'),
      ],
      { one: [1] },
      /"y", \[1, 50176, 50176\], of Expand in node "grow", fed with "x" \[1, 3, 224, 224\]/,
    ],
    [
      'ConstantOfShape',
      [Node.of('Shape', ['x'], ['s']), Node.of('Mul', ['s', 'k'], ['all']), Node.of('ConstantOfShape', ['all'], ['y'])],
      { k: [1, 100, 10, 10] },
      /ConstantOfShape/,
    ],
    [
      'Range',
      [
        Node.of('Size', ['x'], ['n']),
        Node.of('Mul', ['n', 'n'], ['all']),
        Node.of('Range', ['zero', 'all', 'one'], ['y']),
      ],
      { zero: [0], one: [1] },
      /\[22658678784\], of Range/,
    ],
    ['Tile', [Node.of('Tile', ['x', 'k'], ['y'])], { k: [1, 1, 100, 100] }, /\[1, 3, 22400, 22400\], of Tile/],
    ['Pad', [Node.of('Pad', ['x', 'k'], ['y'])], { k: [0, 0, 18800, 18800, 0, 0, 0, 0] }, /\[1, 3, 19024, 19024\]/],
    ['Resize', [Node.of('Resize', ['x', '', 'scales'], ['y'])], { scales: [1, 1, 100, 100] }, /\[1, 3, 22400, 22400\]/],
    [
      'a product of all positions with all',
      [
        Node.of('Reshape', ['x', 'column'], ['c']),
        Node.of('Reshape', ['x', 'row'], ['r']),
        Node.of('MatMul', ['c', 'r'], ['y']),
      ],
      { column: [-1, 1], row: [1, -1] },
      /\[150528, 150528\], of MatMul/,
    ],
  ])('%s', (_, nodes, weights, found) => {
    const check = fedSizes(image, nodes, weights);
    expect(() => check.check({ x: x(1, 3, 224, 224) })).toThrow(refused(found));
    expect(() => check.check({ x: x(1, 3, 8, 8) })).not.toThrow();
    // What passed once does not let others through, and a refusal is no permission.
    expect(() => check.check({ x: x(1, 3, 224, 224) })).toThrow(refused(found));
  });

  it.each<[string, Node, number, number]>([
    ['MaxPool', Node.of('MaxPool', ['x'], ['y'], { kernel_shape: [3, 3], strides: [2, 2] }), 2, 3],
    ['AveragePool', Node.of('AveragePool', ['x'], ['y'], { kernel_shape: [5, 1], pads: [1, 0, 1, 0] }), 2, 3],
    ['LpPool', Node.of('LpPool', ['x'], ['y'], { kernel_shape: [3, 3], dilations: [2, 1], strides: [9, 9] }), 4, 5],
    ['Conv', Node.of('Conv', ['x', 'kernels'], ['y'], { strides: [4, 4] }), 3, 4],
    // A last window may hang over the end by less than a stride, and need not fit otherwise.
    ['ceil_mode', Node.of('MaxPool', ['x'], ['y'], { kernel_shape: [4, 4], strides: [2, 2], ceil_mode: 1 }), 2, 3],
  ])('a window that has no place is told before it runs: %s', (_, node, small, large) => {
    const check = fedSizes({ ...image, kernels: [1, 3, 4, 4] }, [node]);
    expect(() => check.check({ x: x(1, 3, small, small) })).toThrow(
      expect.objectContaining({
        code: 'RUN_FAILED',
        found: expect.stringContaining(`over [${small}, ${small}]`) as unknown,
      }),
    );
    expect(() => check.check({ x: x(1, 3, large, large) })).not.toThrow();
  });

  it('elements of small feeds are read at each call', () => {
    const check = fedSizes({ sizes: [2] }, [Node.of('ConstantOfShape', ['sizes'], ['y'])]);
    expect(() => check.check({ sizes: sizes(2n, 3n) })).not.toThrow();
    expect(() => check.check({ sizes: sizes(2n ** 20n, 2n ** 20n) })).toThrow(refused(/\[1048576, 1048576\]/));
    expect(() => check.check({ sizes: sizes(4n, 3n) })).not.toThrow();
  });

  it('a computed tensor that is fed stands for what the graph says of it', () => {
    const check = fedSizes({ x: ['N', 4] }, [
      Node.of('NonZero', ['x'], ['places']),
      Node.of('Transpose', ['places'], ['turned']),
      Node.of('MatMul', ['turned', 'places'], ['y']),
    ]);
    const feeds = { x: x(1, 4) };
    expect(() => check.check(feeds)).not.toThrow();
    const places: FedTensor = { type: 'int64', dims: [2, 40_000], data: { length: 80_000 } };
    expect(() => check.check({ ...feeds, places })).toThrow(refused(/\[40000, 40000\], of MatMul/));
  });
});
