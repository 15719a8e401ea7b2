import { describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  FunctionProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  ValueInfoProtoSchema,
  type FunctionProto,
  type GraphProto,
} from 'onnx-buf';
import {
  Graph,
  Inference,
  layersOf,
  Node,
  writeTensor,
  type AttributeInputs,
  type Constant,
  type Value,
} from '../src/index.ts';
import { inlineBranches, inlineFunctions } from '../src/inline/index.ts';
import { execute } from './execute.ts';

const value = (name: string, shape: Value['shape'] = [2, 3]): Value => ({ name, type: 'float32', shape });
/** An attribute of a node in a function that stands for one of the function's. */
function reference(node: Node, name: string, type: AttributeProto_AttributeType, to: string): Node {
  const entry = create(AttributeProtoSchema, { name, type, refAttrName: to });
  const { proto } = node;
  return new Node(create(NodeProtoSchema, { ...proto, attribute: [...proto.attribute, entry] }));
}

function functionOf(
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  nodes: readonly Node[],
  more: { attributes?: readonly string[]; defaults?: AttributeInputs; opset?: number } = {},
): FunctionProto {
  return create(FunctionProtoSchema, {
    name,
    domain: 'local',
    input: [...inputs],
    output: [...outputs],
    node: nodes.map(({ proto }) => proto),
    attribute: [...(more.attributes ?? [])],
    attributeProto: Node.of('', [], [], more.defaults ?? {}).proto.attribute,
    opsetImport: [
      create(OperatorSetIdProtoSchema, { version: BigInt(more.opset ?? 18) }),
      create(OperatorSetIdProtoSchema, { domain: 'local', version: 1n }),
    ],
  });
}

interface Parts {
  readonly functions?: readonly FunctionProto[];
  readonly outputs?: readonly string[];
  readonly inputs?: readonly Value[];
  readonly weights?: Readonly<Record<string, Constant>>;
}

function graphOf(
  nodes: readonly Node[],
  { functions = [], outputs = ['y'], inputs = [value('x')], weights = {} }: Parts,
): Graph {
  return new Graph({
    header: create(ModelProtoSchema, {
      irVersion: 9n,
      functions: [...functions],
      opsetImport: functions.length > 0 ? [create(OperatorSetIdProtoSchema, { domain: 'local', version: 1n })] : [],
    }),
    name: 'inline',
    opset: 18,
    inputs,
    outputs: outputs.map((name) => value(name, undefined)),
    nodes,
    initializers: new Map(
      Object.entries(weights).map(([name, weight]) => [name, { proto: writeTensor(name, weight) }]),
    ),
    declared: new Map(),
  });
}

const call = (
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: AttributeInputs = {},
  called = name,
) => Node.of(called, inputs, outputs, attributes, name, 'local');

const feeds = { x: { type: 'float32', dims: [2, 3], values: [-2, -0.5, 0.25, 1, 1.5, 3] } } as const;

async function expectSame(before: Graph, after: Graph, fed: Readonly<Record<string, Constant>> = feeds): Promise<void> {
  const names = before.outputs.map((output) => output.name);
  const expected = await execute(before.encode(), fed, names);
  const actual = await execute(after.encode(), fed, names);
  for (const name of names) {
    expect(actual[name]!.dims).toEqual(expected[name]!.dims);
    expect(Array.from(actual[name]!.values)).toEqual(Array.from(expected[name]!.values));
  }
}

const operators = (graph: Graph) => graph.nodes.map((node) => node.operator);

describe('inlineFunctions', () => {
  const scaled = functionOf(
    'Scaled',
    ['x', 'bias'],
    ['y', 'negative'],
    [
      reference(Node.of('LeakyRelu', ['x'], ['t']), 'alpha', AttributeProto_AttributeType.FLOAT, 'slope'),
      Node.of('Add', ['t', 'bias'], ['y']),
      Node.of('Neg', ['y'], ['negative']),
    ],
    { defaults: { slope: { float: 0.25 } } },
  );

  it('replaces each call, with the attributes given or their defaults, and keeps names of the model apart', async () => {
    const graph = graphOf(
      [
        // Tensors of the model that are named as those of the function.
        Node.of('Abs', ['x'], ['t']),
        call('first', ['t', 'x'], ['a', 'b'], {}, 'Scaled'),
        call('second', ['x', 'b'], ['c', ''], { slope: { float: 0.5 } }, 'Scaled'),
        Node.of('Add', ['a', 'c'], ['y']),
      ],
      { functions: [scaled], outputs: ['y', 't'] },
    );
    const inlined = inlineFunctions(graph);
    expect(operators(inlined)).toEqual(['Abs', 'LeakyRelu', 'Add', 'Neg', 'LeakyRelu', 'Add', 'Neg', 'Add']);
    expect(inlined.functions).toEqual([]);
    expect(inlined.nodes[1]!.outputs).toEqual(['first/t']);
    await expectSame(graph, inlined);
  });

  it('replaces calls inside functions and inside the bodies of control flow, whose tensors it renames', async () => {
    const body = (operator: string): GraphProto =>
      create(GraphProtoSchema, {
        name: operator,
        node: [Node.of(operator, ['inner'], ['t']).proto, call('deep', ['t', 'x'], ['o', ''], {}, 'Scaled').proto],
        output: [create(ValueInfoProtoSchema, { name: 'o' })],
      });
    const outer = functionOf(
      'Outer',
      ['x', 'c'],
      ['y'],
      [
        Node.of('Exp', ['x'], ['inner']),
        Node.of('If', ['c'], ['y'], { then_branch: { graph: body('Neg') }, else_branch: { graph: body('Abs') } }),
      ],
    );
    const graph = graphOf(
      [call('one', ['x', 'yes'], ['inner'], {}, 'Outer'), call('two', ['inner', 'no'], ['y'], {}, 'Outer')],
      {
        functions: [outer, scaled],
        weights: { yes: { type: 'bool', dims: [], values: [1] }, no: { type: 'bool', dims: [], values: [0] } },
      },
    );
    const inlined = inlineFunctions(graph);
    expect(operators(inlined)).toEqual(['Exp', 'If', 'Exp', 'If']);
    expect(
      new Set(inlined.nodes.flatMap((node) => node.graph('then_branch')?.node.map(({ domain }) => domain) ?? [])),
    ).toEqual(new Set(['']));
    await expectSame(graph, inlined);
    const flat = inlineBranches(inlined);
    expect(operators(flat)).not.toContain('If');
    await expectSame(graph, flat);
  });

  it('handles inputs that are omitted, and outputs that are an input, the same tensor twice or unused', async () => {
    const optional = functionOf(
      'Optional',
      ['x', 'low', 'high'],
      ['clipped', 'same', 'clipped_too', 'unused'],
      [
        Node.of('Clip', ['x', 'low', 'high'], ['clipped']),
        Node.of('Identity', ['x'], ['same']),
        Node.of('Identity', ['clipped'], ['clipped_too']),
        Node.of('Neg', ['x'], ['unused']),
      ],
    );
    const graph = graphOf([call('call', ['x', '', 'one'], ['y', 'z', 'w', ''], {}, 'Optional')], {
      functions: [optional],
      outputs: ['y', 'z', 'w'],
      weights: { one: { type: 'float32', dims: [], values: [1] } },
    });
    await expectSame(graph, inlineFunctions(graph));
    // The runtime rejects a function that hands an input straight out, so what it means is said here.
    const straight = functionOf('Straight', ['x'], ['x'], []);
    const through = inlineFunctions(graphOf([call('call', ['x'], ['y'], {}, 'Straight')], { functions: [straight] }));
    expect(Array.from((await execute(through.encode(), feeds, ['y'])).y!.values)).toEqual(feeds.x.values);
  });

  it('makes a layer of each call, by the name of the call or the scopes of its metadata', () => {
    const nodes = [
      call('/block/act', ['x', 'x'], ['a'], {}, 'Scaled'),
      new Node(
        create(NodeProtoSchema, {
          ...call('n7', ['a', 'a'], ['b'], {}, 'Scaled').proto,
          metadataProps: [{ key: 'pkg.torch.onnx.name_scopes', value: "['', 'layer1', 'layer1.0', 'act']" }],
        } as Node['proto']),
      ),
      Node.of('Relu', ['b'], ['y'], {}, '/head/Relu'),
    ];
    const inlined = inlineFunctions(graphOf(nodes, { functions: [scaled] }));
    const layers = layersOf(inlined, new Inference(inlined));
    const modules = Object.fromEntries(layers.map((layer) => [layer.name, layer.modules]));
    expect(modules.a).toEqual(['block', 'block.act']);
    expect(modules.b).toEqual(['layer1', 'layer1.0']);
  });

  it('refuses functions that call themselves or each other in a circle', () => {
    const ping = functionOf('Ping', ['x'], ['y'], [call('a', ['x'], ['y'], {}, 'Pong')]);
    const pong = functionOf('Pong', ['x'], ['y'], [call('b', ['x'], ['y'], {}, 'Ping')]);
    const graph = graphOf([call('c', ['x'], ['y'], {}, 'Ping')], { functions: [ping, pong] });
    expect(() => inlineFunctions(graph)).toThrow(
      expect.objectContaining({ code: 'ONNX_MALFORMED', found: 'function "Ping"' }),
    );
  });

  it('refuses functions that unfold without end, before memory does', () => {
    const functions = Array.from({ length: 30 }, (_, level) =>
      functionOf(
        `F${level}`,
        ['x'],
        ['y'],
        level === 0
          ? [Node.of('Neg', ['x'], ['y'])]
          : [call('l', ['x'], ['m'], {}, `F${level - 1}`), call('r', ['m'], ['y'], {}, `F${level - 1}`)],
      ),
    );
    const graph = graphOf([call('c', ['x'], ['y'], {}, 'F29')], { functions });
    expect(() => inlineFunctions(graph)).toThrow(expect.objectContaining({ code: 'ONNX_TOO_LARGE' }));
  });

  it('takes functions of another opset only where none of their operators changed in between', () => {
    const same = functionOf('Same', ['x'], ['y'], [Node.of('Relu', ['x'], ['y'])], { opset: 13 });
    const other = functionOf('Other', ['x'], ['y'], [Node.of('ReduceMean', ['x'], ['y'], { axes: [1] })], {
      opset: 13,
    });
    const graph = (name: string) => graphOf([call('c', ['x'], ['y'], {}, name)], { functions: [same, other] });
    expect(operators(inlineFunctions(graph('Same')))).toEqual(['Relu']);
    expect(() => inlineFunctions(graph('Other'))).toThrow(
      expect.objectContaining({ code: 'ONNX_UPGRADE', found: expect.stringContaining('opset 13') }),
    );
  });

  it('returns a model without functions as it is', () => {
    const graph = graphOf([Node.of('Relu', ['x'], ['y'])], {});
    expect(inlineFunctions(graph)).toBe(graph);
  });
});

describe('inlineBranches', () => {
  const branch = (
    name: string,
    nodes: readonly Node[],
    outputs: readonly string[],
    weights: readonly string[] = [],
  ) => ({
    graph: create(GraphProtoSchema, {
      name,
      node: nodes.map(({ proto }) => proto),
      output: outputs.map((output) => create(ValueInfoProtoSchema, { name: output })),
      initializer: weights.map((weight) => writeTensor(weight, { type: 'float32', dims: [], values: [3] })),
    }),
  });
  const yes = branch('yes', [Node.of('Mul', ['x', 'w'], ['t']), Node.of('Relu', ['t'], ['out'])], ['out'], ['w']);
  const no = branch('no', [Node.of('Neg', ['x'], ['out_no'])], ['out_no']);

  for (const [condition, expected] of [
    [1, ['Mul', 'Relu']],
    [0, ['Neg']],
  ] as const) {
    it(`takes the branch of a condition that is ${condition ? 'true' : 'false'}`, async () => {
      const graph = graphOf([Node.of('If', ['c'], ['y'], { then_branch: yes, else_branch: no })], {
        weights: { c: { type: 'bool', dims: [1], values: [condition] } },
      });
      const inlined = inlineBranches(graph);
      expect(operators(inlined)).toEqual(expected);
      await expectSame(graph, inlined);
    });
  }

  it('renames what two branches name alike, and keeps what only one does', async () => {
    const constants = { c: { type: 'bool', dims: [], values: [1] } } as const;
    const graph = graphOf(
      [
        Node.of('If', ['c'], ['a'], { then_branch: yes, else_branch: no }),
        Node.of('If', ['c'], ['b'], { then_branch: yes, else_branch: no }),
        Node.of('Add', ['a', 'b'], ['y']),
      ],
      { weights: constants },
    );
    const inlined = inlineBranches(graph);
    expect(inlined.nodes.map((node) => node.outputs[0])).toEqual(['t_1', 'a', 't_2', 'b', 'y']);
    await expectSame(graph, inlined);
    const single = inlineBranches(
      graphOf([Node.of('If', ['c'], ['y'], { then_branch: yes, else_branch: no })], { weights: constants }),
    );
    expect(single.nodes.map((node) => node.outputs[0])).toEqual(['t', 'y']);
  });

  it('follows conditions that are computed from constants or shapes, one inside another', async () => {
    const inner = branch(
      'inner',
      [
        Node.of('Constant', [], ['three'], { value_int: 3 }),
        Node.of('Equal', ['columns', 'three'], ['isThree']),
        Node.of('If', ['isThree'], ['deep'], { then_branch: yes, else_branch: no }),
      ],
      ['deep'],
    );
    const graph = graphOf(
      [
        Node.of('Shape', ['x'], ['shape']),
        Node.of('Constant', [], ['one'], { value_int: 1 }),
        Node.of('Gather', ['shape', 'one'], ['columns']),
        Node.of('Equal', ['columns', 'one'], ['isOne']),
        Node.of('If', ['isOne'], ['y'], { then_branch: no, else_branch: inner }),
      ],
      {},
    );
    const inlined = inlineBranches(graph);
    expect(operators(inlined)).not.toContain('If');
    expect(operators(inlined)).toContain('Mul');
    await expectSame(graph, inlined);
  });

  it('copies what a branch hands out without computing it', async () => {
    const through = branch('through', [Node.of('Neg', ['x'], ['n'])], ['x', 'n', 'n']);
    const other = branch(
      'other',
      [Node.of('Abs', ['x'], ['p']), Node.of('Abs', ['x'], ['q']), Node.of('Abs', ['x'], ['r'])],
      ['p', 'q', 'r'],
    );
    const graph = graphOf([Node.of('If', ['c'], ['a', 'b', 'd'], { then_branch: through, else_branch: other })], {
      weights: { c: { type: 'bool', dims: [], values: [1] } },
      outputs: ['a', 'b', 'd'],
    });
    const inlined = inlineBranches(graph);
    expect(operators(inlined).sort()).toEqual(['Identity', 'Identity', 'Neg']);
    const ran = await execute(inlined.encode(), feeds, ['a', 'b', 'd']);
    const negative = feeds.x.values.map((number) => -number);
    expect([ran.a, ran.b, ran.d].map((tensor) => Array.from(tensor!.values))).toEqual([
      feeds.x.values,
      negative,
      negative,
    ]);
  });

  it('leaves a condition that is only known when the model runs', () => {
    const graph = graphOf([Node.of('If', ['c'], ['y'], { then_branch: yes, else_branch: no })], {
      inputs: [value('x'), { name: 'c', type: 'bool', shape: [] }],
    });
    expect(inlineBranches(graph)).toBe(graph);
  });
});
