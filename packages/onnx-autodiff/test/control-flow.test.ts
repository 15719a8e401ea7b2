import { describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { GraphProtoSchema, ModelProtoSchema, NodeProtoSchema, ValueInfoProtoSchema } from 'onnx-buf';
import { toValueInfo } from '../src/graph.ts';
import { DifferentiableGraph, Graph, Node, writeTensor, type ElementType, type Value } from '../src/index.ts';

type Declared = readonly (number | string)[] | undefined;

/** `y = x @ If(c, a, b)`, where only the branches say what they hand out. */
function graphOf(yes: Declared, no: Declared, around?: Value['shape']): Graph {
  const branch = (name: string, source: string, dims: Declared) => ({
    graph: create(GraphProtoSchema, {
      name,
      node: [create(NodeProtoSchema, { opType: 'Identity', input: [source], output: [name] })],
      output: [
        create(ValueInfoProtoSchema, {
          name,
          type: {
            value: {
              case: 'tensorType',
              value: {
                elemType: 1,
                ...(dims && {
                  shape: {
                    dim: dims.map((dim) => ({
                      value:
                        typeof dim === 'number'
                          ? { case: 'dimValue' as const, value: BigInt(dim) }
                          : { case: 'dimParam' as const, value: dim },
                    })),
                  },
                }),
              },
            },
          },
        }),
      ],
    }),
  });
  const input = (name: string, shape: Value['shape'], type: Value['type'] = 'float32'): Value => ({
    name,
    type,
    shape,
  });
  return new Graph({
    header: create(ModelProtoSchema, { irVersion: 8n }),
    name: 'choice',
    opset: 18,
    inputs: [input('x', ['N', 3]), input('c', [], 'bool'), input('a', around), input('b', around)],
    outputs: [input('y', undefined)],
    nodes: [
      Node.of('If', ['c'], ['t'], { then_branch: branch('yes', 'a', yes), else_branch: branch('no', 'b', no) }),
      Node.of('MatMul', ['x', 't'], ['y']),
    ],
    initializers: new Map(),
    declared: new Map(),
  });
}

describe('a choice made when the model runs', () => {
  const shapeOf = (yes: Declared, no: Declared) => new DifferentiableGraph(graphOf(yes, no)).inference.value('t').shape;

  it('has the sizes on which both branches agree', () => {
    const [first, second] = shapeOf([3, 'M'], [3, 'M'])!;
    expect(first).toBe(3);
    // A name inside a branch need not be the size of that name outside.
    expect([typeof second, second]).not.toEqual(['string', 'M']);
    expect(shapeOf([3, 4], [3, 5])![1]).not.toBe(4);
  });

  it('has no rank where they disagree or one says nothing', () => {
    expect(shapeOf([3, 4], [3])).toBeUndefined();
    expect(shapeOf([3, 4], undefined)).toBeUndefined();
  });

  it('has the sizes that the nodes of both compute, by their names around it', () => {
    const graph = new DifferentiableGraph(graphOf(['L', 'L'], undefined, ['K', 5]));
    expect(graph.inference.value('t').shape).toEqual(['K', 5]);
  });

  it('lets gradients pass beside it', () => {
    const graph = new DifferentiableGraph(graphOf([3, 'M'], [3, 'L']));
    const { gradients } = graph.differentiate({ objective: { kind: 'score', output: 'y' }, withRespectTo: ['x'] });
    expect(Object.keys(gradients)).toEqual(['x']);
  });
});

type Typed = readonly [name: string, type?: ElementType, shape?: Value['shape']];

const valueOf = ([name, type = 'float32', shape]: Typed): Value => ({ name, type, shape });
const integer = (name: string, value: number, type: ElementType = 'int64') =>
  writeTensor(name, { type, dims: [], values: [value] });

/** The shapes of what a loop over `x` `[N, 6, 4]` gives: its states, then its results. */
function shapesOf(
  { inputs, outputs, nodes }: { inputs: readonly Typed[]; outputs: readonly Typed[]; nodes: readonly Node[] },
  { operator = 'Loop', fed = ['most', 'true'] as readonly string[], attributes = {} } = {},
) {
  const names = outputs.slice(operator === 'Loop' ? 1 : 0).map((_, at) => `out.${at}`);
  const body = create(GraphProtoSchema, {
    name: 'body',
    input: inputs.map((each) => toValueInfo(valueOf(each))),
    output: outputs.map((each) => toValueInfo(valueOf(each))),
    node: nodes.map(({ proto }) => proto),
    initializer: [integer('one', 1), integer('five', 5), integer('six', 6, 'float32')],
  });
  const graph = new Graph({
    header: create(ModelProtoSchema, { irVersion: 8n }),
    name: 'repeated',
    opset: 18,
    inputs: [
      valueOf(['x', 'float32', ['N', 6, 4]]),
      valueOf(['s', 'float32', ['N', 4]]),
      valueOf(['count', 'int64', []]),
    ],
    outputs: names.map((name) => valueOf([name])),
    nodes: [
      Node.of('Shape', ['x'], ['sizes']),
      Node.of('Gather', ['sizes', 'zero'], ['samples']),
      Node.of(operator, fed, names, { ...attributes, body: { graph: body } }),
    ],
    initializers: new Map(
      [integer('most', 9), integer('zero', 0), integer('true', 1, 'bool')].map((proto) => [proto.name, { proto }]),
    ),
    declared: new Map(),
  });
  const { inference } = new DifferentiableGraph(graph);
  return names.map((name) => inference.value(name).shape);
}

const step: readonly Typed[] = [
  ['i', 'int64', []],
  ['go', 'bool', []],
];
const going: Typed = ['goes', 'bool', []];
const always = Node.of('Identity', ['go'], ['goes']);
/** Reads a step of `x` `[N, 4]` and adds it to the state. */
const adding = [Node.of('Gather', ['x', 'i'], ['now'], { axis: 1 }), Node.of('Add', ['h', 'now'], ['next'])];

describe('a body that is repeated', () => {
  const open: Typed = ['h', 'float32', ['a', 'b']];
  const after: Typed = ['next', 'float32', ['c', 'd']];

  it('keeps the names of sizes around it, in states and results', () => {
    const body = { inputs: [...step, open], outputs: [going, after, after], nodes: [always, ...adding] };
    expect(shapesOf(body, { fed: ['most', 'true', 's'] })).toEqual([
      ['N', 4],
      [9, 'N', 4],
    ]);
    // As often as there are samples.
    expect(shapesOf(body, { fed: ['samples', 'true', 's'] })[1]).toEqual(['N', 'N', 4]);
    const [, result] = shapesOf(body, { fed: ['count', 'true', 's'] });
    // It may be no step at all, of which the runtime gives no sizes.
    expect(result).toEqual([0, 1, 2].map(() => expect.stringMatching(/^\?/)));
  });

  it('runs as often as counters that its condition compares allow', () => {
    const inputs: readonly Typed[] = [...step, ['k', 'int64', []], open];
    const outputs: readonly Typed[] = [going, ['k.next', 'int64', []], after, after];
    const counting = [Node.of('Add', ['k', 'one'], ['k.next']), ...adding];
    const until = (last: string) => [
      Node.of('Cast', ['k.next'], ['k.float'], { to: 1 }),
      Node.of('Less', ['k.float', 'six'], ['below']),
      Node.of('Less', ['i', last], ['early']),
      Node.of('And', ['below', 'early'], ['goes']),
    ];
    const results = (nodes: readonly Node[], first: string) =>
      shapesOf({ inputs, outputs, nodes: [...counting, ...nodes] }, { fed: ['most', 'true', first, 's'] }).at(-1);
    // k is 0, 1, ... 5 and the next is 6.
    expect(results(until('five'), 'zero')).toEqual([6, 'N', 4]);
    // i is 0 and 1.
    expect(results(until('one'), 'zero')).toEqual([2, 'N', 4]);
    expect(results([always], 'zero')).toEqual([9, 'N', 4]);
    // What the counter begins with is only known when the model runs.
    expect(results(until('five'), 'count')![0]).toMatch(/^\?/);
  });

  it('knows nothing of sizes that change from step to step', () => {
    const inputs: readonly Typed[] = [...step, ['h', 'float32', ['a', 'b', 'c']]];
    const outputs: readonly Typed[] = [going, ['next', 'float32', ['a', 'd', 'c']], ['sum', 'float32', ['a', 'c']]];
    const axes = Node.of('Constant', [], ['axes'], { value_ints: [1] });
    const nodes = [
      always,
      axes,
      Node.of('Concat', ['h', 'x'], ['next'], { axis: 1 }),
      Node.of('ReduceSum', ['h', 'axes'], ['sum'], { keepdims: 0 }),
    ];
    const [state, result] = shapesOf({ inputs, outputs, nodes }, { fed: ['most', 'true', 'x'] });
    expect([state![0], state![2]]).toEqual(['N', 4]);
    expect(state![1]).toMatch(/^\?/);
    expect(result).toEqual([9, 'N', 4]);
    // The rank of a state may change too.
    const flat = [always, axes, Node.of('ReduceSum', ['h', 'axes'], ['next'], { keepdims: 0 })];
    const [changed] = shapesOf({ inputs, outputs: [going, ['next']], nodes: flat }, { fed: ['most', 'true', 'x'] });
    expect(changed).toBeUndefined();
  });

  it('gives the results of a Scan the names of sizes too, wherever their steps are', () => {
    const body = {
      inputs: [open, ['now', 'float32', ['a', 'b']]] as const,
      outputs: [after, after],
      nodes: [Node.of('Add', ['h', 'now'], ['next'])],
    };
    const scanned = { operator: 'Scan', fed: ['s', 'x'] };
    const axes = { num_scan_inputs: 1, scan_input_axes: [1] };
    expect(shapesOf(body, { ...scanned, attributes: axes })).toEqual([
      ['N', 4],
      [6, 'N', 4],
    ]);
    const [, turned] = shapesOf(body, { ...scanned, attributes: { ...axes, scan_output_axes: [-1] } });
    expect(turned).toEqual(['N', 4, 6]);
  });
});
