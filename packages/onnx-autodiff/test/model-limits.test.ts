import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from '@jest/globals';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
  type GraphProto,
  type ModelProto,
} from 'onnx-buf';
import { DifferentiableGraph, layersOf, Node, parseModel, writeTensor, type Constant } from '../src/index.ts';
import { graphOf, vector } from './gradients-of.ts';

const x: Constant = { type: 'float32', dims: [1, 4], values: [1, 2, 3, 4] };
const plain = graphOf({
  inputs: { x },
  weights: { w: vector([1, 2, 3, 4]) },
  nodes: [{ operator: 'Mul', inputs: ['x', 'w'], outputs: ['y'] }],
  output: 'y',
}).encode();

function changed(change: (model: ModelProto, graph: GraphProto) => void): Uint8Array {
  const model = fromBinary(ModelProtoSchema, plain);
  change(model, model.graph!);
  return toBinary(ModelProtoSchema, model);
}
const opening = (change: (model: ModelProto, graph: GraphProto) => void) => () =>
  new DifferentiableGraph(parseModel(changed(change)));
const coded = (code: string, found?: RegExp) =>
  expect.objectContaining({ code, ...(found && { found: expect.stringMatching(found) as unknown }) });
const int64 = (name: string, values: readonly number[]) =>
  writeTensor(name, { type: 'int64', dims: [values.length], values });

function loop(graph: GraphProto, count: number, condition: Node): void {
  const named = (name: string) => create(ValueInfoProtoSchema, { name });
  const body = create(GraphProtoSchema, {
    name: 'body',
    input: ['it', 'on', 'a'].map(named),
    output: ['more', 'b'].map(named),
    node: [condition.proto, Node.of('Relu', ['a'], ['b']).proto],
  });
  graph.initializer.push(
    writeTensor('count', { type: 'int64', dims: [], values: [count] }),
    writeTensor('yes', { type: 'bool', dims: [], values: [1] }),
  );
  graph.node.push(Node.of('Loop', ['count', 'yes', 'x'], ['z'], { body: { graph: body } }, 'loop').proto);
}

describe('what a file declares is held against the file and the limits before anything is made', () => {
  it.each<[string, string, RegExp, (model: ModelProto, graph: GraphProto) => void]>([
    ['a negative size', 'ONNX_MALFORMED', /-4/, (_, g) => (g.initializer[0]!.dims = [-4n])],
    ['more elements than bytes', 'ONNX_MALFORMED', /16 bytes/, (_, g) => (g.initializer[0]!.dims = [2n ** 40n])],
    [
      'external data of another length',
      'ONNX_MALFORMED',
      /8 bytes in the file/,
      (_, g) =>
        (g.initializer[0] = create(TensorProtoSchema, {
          name: 'w',
          dims: [4n],
          dataType: 1,
          dataLocation: 1,
          externalData: [
            { key: 'location', value: 'w.bin' },
            { key: 'length', value: '8' },
          ],
        })),
    ],
    ['no outputs', 'ONNX_MALFORMED', /graph/, (_, g) => (g.output = [])],
    ['two inputs of one name', 'ONNX_MALFORMED', /"x"/, (_, g) => g.input.push(g.input[0]!)],
    ['two weights of one name', 'ONNX_MALFORMED', /"w"/, (_, g) => g.initializer.push(g.initializer[0]!)],
    [
      'a filled tensor of 2^40 elements',
      'ONNX_TOO_LARGE',
      /ConstantOfShape/,
      (_, g) => {
        g.initializer.push(int64('sizes', [2 ** 20, 2 ** 20]));
        g.node.push(Node.of('ConstantOfShape', ['sizes'], ['z']).proto);
      },
    ],
    [
      'an expansion of a constant to 2^36 elements',
      'ONNX_TOO_LARGE',
      /Expand/,
      (_, g) => {
        g.initializer.push(int64('sizes', [2 ** 34, 4]));
        g.node.push(Node.of('Expand', ['w', 'sizes'], ['z']).proto);
      },
    ],
    [
      'constants that are large together',
      'ONNX_TOO_LARGE',
      /Expand/,
      (_, g) => {
        g.initializer.push(int64('sizes', [2 ** 27, 4]));
        for (let at = 0; at < 5; at += 1) g.node.push(Node.of('Expand', ['w', 'sizes'], [`z${at}`]).proto);
      },
    ],
    [
      'a shape of a million sizes',
      'ONNX_TOO_LARGE',
      /1000000/,
      (_, g) => {
        const type = {
          value: {
            case: 'tensorType' as const,
            value: { elemType: 7, shape: { dim: [{ value: { case: 'dimValue' as const, value: 1_000_000n } }] } },
          },
        };
        g.input.push(create(ValueInfoProtoSchema, { name: 'sizes', type }));
        g.node.push(Node.of('ConstantOfShape', ['sizes'], ['z']).proto);
      },
    ],
    [
      'a loop that nothing ends',
      'ONNX_TOO_LARGE',
      /loop/,
      (_, g) => loop(g, 2 ** 62, Node.of('Identity', ['on'], ['more'])),
    ],
    [
      'more groups than channels',
      'ONNX_MALFORMED',
      /2 channels in 2147483647 groups/,
      (_, g) => {
        g.initializer.push(writeTensor('k', { type: 'float32', dims: [2, 1, 1], values: [1, 2] }));
        g.initializer.push(int64('sizes', [1, 2, 2]));
        g.node.push(
          Node.of('Reshape', ['y', 'sizes'], ['r']).proto,
          Node.of('Conv', ['r', 'k'], ['z'], { group: 2 ** 31 - 1 }).proto,
        );
      },
    ],
    [
      'a window larger than what it slides over',
      'RUN_FAILED',
      /a window \[5\] over \[4\], of MaxPool/,
      (_, g) => {
        g.initializer.push(int64('sizes', [1, 1, 4]));
        g.node.push(
          Node.of('Reshape', ['y', 'sizes'], ['r']).proto,
          Node.of('MaxPool', ['r'], ['z'], { kernel_shape: [5], strides: [5] }).proto,
        );
      },
    ],
    [
      'an operator in a form that it does not have',
      'ONNX_MALFORMED',
      /Concat|node/,
      (_, g) => g.node.push(Node.of('Conv', [], ['z'], { kernel_shape: { strings: ['a'] } }, 'odd').proto),
    ],
  ])('%s', (_, code, found, change) => {
    expect(opening(change)).toThrow(coded(code, found));
  });

  it('lets loops through that end by their condition, or soon', () => {
    expect(opening((_, g) => loop(g, 2 ** 62, Node.of('Not', ['on'], ['more'])))).not.toThrow();
    expect(opening((_, g) => loop(g, 1000, Node.of('Identity', ['on'], ['more'])))).not.toThrow();
  });

  it('functions that unfold without end are told before they are unfolded', () => {
    const call = (name: string, from: string, to: string) => Node.of(name, [from], [to], {}, '', 'f').proto;
    const functions = Array.from({ length: 60 }, (_, level) =>
      create(FunctionProtoSchema, {
        domain: 'f',
        name: `F${level}`,
        input: ['a'],
        output: ['c'],
        opsetImport: [{ domain: '', version: 17n }],
        node:
          level === 0
            ? [Node.of('Neg', ['a'], ['c']).proto]
            : [call(`F${level - 1}`, 'a', 'b'), call(`F${level - 1}`, 'b', 'c')],
      }),
    );
    const doubled = (deepest: number) => () =>
      parseModel(
        changed((model, graph) => {
          model.functions = functions;
          graph.node.push(call(`F${deepest}`, 'x', 'z'));
        }),
      );
    expect(doubled(59)).toThrow(coded('ONNX_TOO_LARGE', /F/));
    expect(doubled(4)).not.toThrow();
  });

  it('sizes of zero and below are open ones', () => {
    for (const size of [0n, -1n, -7n]) {
      const graph = parseModel(
        changed((_, { input }) => {
          const type = input[0]!.type!.value;
          if (type.case === 'tensorType') type.value.shape!.dim[0]!.value = { case: 'dimValue', value: size };
        }),
      );
      expect(graph.inputs[0]!.shape).toEqual(['x.0', 4]);
      expect(graph.withBatch(3).inputs[0]!.shape).toEqual([3, 4]);
    }
  });

  it('sizes that no number holds are refused', () => {
    const sized = (size: bigint) => () =>
      parseModel(
        changed((_, { input }) => {
          const type = input[0]!.type!.value;
          if (type.case === 'tensorType') type.value.shape!.dim[0]!.value = { case: 'dimValue', value: size };
        }),
      ).encode();
    expect(sized(2n ** 63n - 1n)).toThrow(coded('ONNX_TOO_LARGE', /^9223372036854775807$/));
    expect(sized(2n ** 53n - 1n)).not.toThrow();
  });

  it.each(['__proto__', 'constructor', 'toString'])('names tensors, nodes and attributes "%s" as any other', (name) => {
    const graph = parseModel(
      changed((_, { node, output }) => {
        const odd = Node.of('Relu', ['y'], [name], {}, name).proto;
        odd.attribute.push(create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: 1n }));
        node.push(odd);
        output[0]!.name = name;
      }),
    );
    const ready = new DifferentiableGraph(graph);
    expect(layersOf(ready.graph, ready.inference).map((layer) => layer.name)).toContain(name);
    const { gradients } = ready.differentiate({ objective: { kind: 'score', output: name }, withRespectTo: ['x'] });
    expect(gradients['x']).toBe('x.grad');
  });

  it('a node without the inputs that its operator needs is named where it is differentiated too', () => {
    const graph = parseModel(
      changed((_, { node, output }) => {
        node.push(Node.of('Slice', ['y'], ['z'], {}, 'odd').proto);
        output[0]!.name = 'z';
      }),
    );
    const attempt = () =>
      new DifferentiableGraph(graph).differentiate({ objective: { kind: 'score', output: 'z' }, withRespectTo: ['x'] });
    expect(attempt).toThrow(coded('ONNX_MALFORMED', /odd/));
  });
});
