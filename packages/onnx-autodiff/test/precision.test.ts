import { describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { GraphProtoSchema, ModelProtoSchema, TensorProto_DataType, ValueInfoProtoSchema } from 'onnx-buf';
import {
  DifferentiableGraph,
  fromFloat16,
  Graph,
  Node,
  parseModel,
  toFloat16,
  toFloat32,
  writeTensor,
  type Constant,
  type ElementType,
  type Value,
} from '../src/index.ts';
import { execute } from './execute.ts';

const rounded = (value: number) => fromFloat16(toFloat16(value));
const sequence = (count: number, factor: number) =>
  Array.from({ length: count }, (_, at) => rounded(factor * (((at + 1) * 0.6180339887) % 1) - factor / 2));

function weight(type: ElementType, dims: readonly number[], factor: number): Constant {
  return {
    type,
    dims,
    values: sequence(
      dims.reduce((a, b) => a * b, 1),
      factor,
    ),
  };
}

interface Parts {
  readonly nodes: readonly Node[];
  readonly inputs?: readonly Value[];
  readonly outputs?: readonly Value[];
  readonly weights?: Readonly<Record<string, Constant>>;
}

function graphOf({ nodes, inputs, outputs, weights = {} }: Parts, type: ElementType = 'float16'): Graph {
  return new Graph({
    header: create(ModelProtoSchema, { irVersion: 8n }),
    name: 'half',
    opset: 18,
    inputs: inputs ?? [{ name: 'x', type, shape: ['batch', 3, 8, 8] }],
    outputs: outputs ?? [{ name: 'y', type, shape: undefined }],
    nodes,
    initializers: new Map(Object.entries(weights).map(([name, each]) => [name, { proto: writeTensor(name, each) }])),
    declared: new Map(),
  });
}

/** A small network; the first weight is larger than what is rewritten. */
function network(type: ElementType): Graph {
  return graphOf(
    {
      nodes: [
        Node.of('Conv', ['x', 'w1', 'b1'], ['c'], { pads: [1, 1, 1, 1] }),
        Node.of('Relu', ['c'], ['r']),
        Node.of('Constant', [], ['half'], { value: { tensor: writeTensor('', { type, dims: [], values: [0.5] }) } }),
        Node.of('Mul', ['r', 'half'], ['m']),
        Node.of('GlobalAveragePool', ['m'], ['p']),
        Node.of('Flatten', ['p'], ['f']),
        Node.of('Gemm', ['f', 'w2', 'b2'], ['y'], { transB: 1 }),
      ],
      weights: {
        w1: weight(type, [160, 3, 3, 3], 0.5),
        b1: weight(type, [160], 0.1),
        w2: weight(type, [5, 160], 0.3),
        b2: weight(type, [5], 0.1),
      },
    },
    type,
  );
}

const x = (type: ElementType): Constant => weight(type, [2, 3, 8, 8], 2);

describe('toFloat32', () => {
  it('computes what the float16 graph computes, with inputs and outputs in their types', async () => {
    const half = network('float16');
    const { graph } = toFloat32(half);
    expect(graph.inputs).toEqual(half.inputs);
    const before = await execute(half.encode(), { x: x('float16') }, ['y']);
    const after = await execute(parseModel(graph.encode()).encode(), { x: x('float16') }, ['y']);
    expect(after.y!.type).toBe('float16');
    expect(after.y!.dims).toEqual(before.y!.dims);
    Array.from(before.y!.values).forEach((value, at) =>
      expect(Math.abs(after.y!.values[at]! - value)).toBeLessThan(2e-3),
    );
  });

  it('keeps the names of intermediate tensors and makes them float32', () => {
    const { graph, computed } = toFloat32(network('float16'));
    const { inference } = new DifferentiableGraph(graph);
    for (const name of ['c', 'r', 'm', 'p', 'f', computed('x'), computed('y'), computed('w1'), computed('b1')]) {
      expect([name, inference.value(name).type]).toEqual([name, 'float32']);
    }
    expect([computed('c'), computed('x'), computed('y'), computed('w1'), computed('b1')]).toEqual([
      'c',
      'x.float32',
      'y.float32',
      'w1.float32',
      'b1',
    ]);
  });

  it('does not copy large weights', () => {
    const half = network('float16');
    const bytes = half.initializers.get('w1');
    expect(toFloat32(half).graph.initializers.get('w1')).toBe(bytes);
  });

  it('differentiates exactly as the float32 graph of the same weights', async () => {
    const { graph, computed } = toFloat32(network('float16'));
    const run = async (model: Graph, names: Record<'x' | 'c' | 'y', string>, type: ElementType) => {
      const derived = new DifferentiableGraph(model).differentiate({
        objective: { kind: 'score', output: names.y },
        withRespectTo: [names.x, names.c],
      });
      const feeds = {
        x: x(type),
        [derived.objectiveInputs[0]!.name]: { type: 'int64', dims: [2, 1], values: [1, 3] },
      } as const;
      const outputs = [derived.gradients[names.x]!, derived.gradients[names.c]!];
      const ran = await execute(derived.graph.encode(), feeds, outputs);
      return outputs.map((name) => ran[name]!);
    };
    const expected = await run(network('float32'), { x: 'x', c: 'c', y: 'y' }, 'float32');
    const actual = await run(graph, { x: computed('x'), c: 'c', y: computed('y') }, 'float16');
    for (const at of [0, 1]) {
      expect(actual[at]!.type).toBe('float32');
      expect(Array.from(actual[at]!.values)).toEqual(Array.from(expected[at]!.values));
    }
    expect(Math.max(...Array.from(expected[1]!.values, Math.abs))).toBeGreaterThan(0);
  });

  it('retargets casts, constants and generators of float16, inside the bodies of control flow too', async () => {
    const { FLOAT16, FLOAT } = TensorProto_DataType;
    const two = writeTensor('', { type: 'float16', dims: [1], values: [2] });
    const body = (name: string, operator: string) => ({
      graph: create(GraphProtoSchema, {
        name,
        initializer: [writeTensor(`${name}.w`, { type: 'float16', dims: [], values: [1.5] })],
        node: [
          Node.of('Cast', ['shape'], [`${name}.s`], { to: FLOAT16 }).proto,
          Node.of('Mul', [`${name}.s`, `${name}.w`], [`${name}.m`]).proto,
          Node.of(operator, ['x', `${name}.m`], [`${name}.o`]).proto,
        ],
        output: [create(ValueInfoProtoSchema, { name: `${name}.o` })],
      }),
    });
    const graph = graphOf({
      inputs: [
        { name: 'x', type: 'float16', shape: [2] },
        { name: 'c', type: 'bool', shape: [] },
      ],
      nodes: [
        Node.of('Shape', ['x'], ['shape']),
        Node.of('If', ['c'], ['i'], { then_branch: body('yes', 'Add'), else_branch: body('no', 'Sub') }),
        Node.of('ConstantOfShape', ['shape'], ['twos'], { value: { tensor: two } }),
        Node.of('RandomUniformLike', ['twos'], ['r'], { dtype: FLOAT16, low: { float: 0 }, high: { float: 0 } }),
        Node.of('Cast', ['x'], ['wide'], { to: FLOAT }),
        Node.of('CastLike', ['wide', 'twos'], ['narrow']),
        Node.of('Sum', ['i', 'twos', 'r', 'narrow'], ['y']),
      ],
    });
    const raised = toFloat32(graph).graph;
    const { inference } = new DifferentiableGraph(raised);
    expect(['twos', 'narrow'].map((name) => inference.value(name).type)).toEqual(['float32', 'float32']);
    for (const condition of [0, 1]) {
      const feeds = {
        x: { type: 'float16', dims: [2], values: [0.5, -3] },
        c: { type: 'bool', dims: [], values: [condition] },
      } as const;
      const [before, after] = [
        await execute(graph.encode(), feeds, ['y']),
        await execute(raised.encode(), feeds, ['y']),
      ];
      expect(after).toEqual(before);
    }
  });

  it('reads weights of bfloat16, which the runtime cannot compute with', async () => {
    const half = graphOf({
      inputs: [{ name: 'x', type: 'float32', shape: [2] }],
      outputs: [{ name: 'y', type: 'float32', shape: [2] }],
      nodes: [
        Node.of('Cast', ['x'], ['b'], { to: TensorProto_DataType.BFLOAT16 }),
        Node.of('Mul', ['b', 'w'], ['m']),
        Node.of('Cast', ['m'], ['y'], { to: TensorProto_DataType.FLOAT }),
      ],
      weights: { w: { type: 'bfloat16', dims: [2], values: [0.5, -3] } },
    });
    const feeds = { x: { type: 'float32', dims: [2], values: [3, 5] } } as const;
    const { y } = await execute(toFloat32(half).graph.encode(), feeds, ['y']);
    expect(Array.from(y!.values)).toEqual([1.5, -15]);
  });

  it('leaves outputs that are inputs or weights as they are', async () => {
    const graph = graphOf({
      outputs: ['x', 'w', 'y'].map((name): Value => ({ name, type: 'float16', shape: undefined })),
      nodes: [Node.of('Mul', ['x', 'w'], ['y'])],
      weights: { w: { type: 'float16', dims: [1], values: [2] } },
    });
    const feeds = { x: x('float16') };
    const names = ['x', 'w', 'y'];
    expect(await execute(toFloat32(graph).graph.encode(), feeds, names)).toEqual(
      await execute(graph.encode(), feeds, names),
    );
  });

  it('returns a float32 graph as it is', () => {
    const graph = network('float32');
    expect(toFloat32(graph).graph).toBe(graph);
  });
});
