import { describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { GraphBuilder } from '../src/builder.ts';
import type { Decomposition } from '../src/gradient-rule.ts';
import {
  DifferentiableGraph,
  gradientRules,
  Graph,
  Node,
  type AttributeInputs,
  type Constant,
  type Value,
} from '../src/index.ts';
import { execute } from './execute.ts';

const gatesOf = { GRU: 3, LSTM: 4, RNN: 1 } as const;
type Operator = keyof typeof gatesOf;

interface Form {
  readonly operator: Operator;
  readonly attributes: AttributeInputs;
  readonly bias: boolean;
  readonly lengths: readonly number[] | undefined;
  readonly initial: boolean;
  readonly peepholes: boolean;
  readonly isBatchFirst?: boolean;
}

const [T, N, I, H] = [5, 3, 2, 4];
const activations = [
  ['Affine', 'Elu', 'HardSigmoid', 'LeakyRelu', 'Relu', 'ScaledTanh'],
  ['Sigmoid', 'Softplus', 'Softsign', 'Tanh', 'ThresholdedRelu'],
].flat();

function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function drawn(seed: number): Form {
  const random = uniform(seed * 7919 + 1);
  for (let skipped = 0; skipped < 8; skipped += 1) random();
  const chance = () => random() < 0.5;
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)]!;
  const operator = pick(['GRU', 'LSTM', 'RNN'] as const);
  const direction = pick(['forward', 'reverse', 'bidirectional']);
  const count = (direction === 'bidirectional' ? 2 : 1) * { GRU: 2, LSTM: 3, RNN: 1 }[operator];
  const some = () => Array.from({ length: Math.floor(random() * (count + 1)) }, () => 0.2 + random());
  return {
    operator,
    attributes: {
      hidden_size: H,
      direction,
      ...(chance() && {
        activations: { strings: Array.from({ length: count }, () => pick(activations)) },
        activation_alpha: { floats: some() },
        activation_beta: { floats: some() },
      }),
      ...(chance() && { clip: { float: 0.4 + random() } }),
      ...(operator === 'LSTM' && chance() && { input_forget: 1 }),
      ...(operator === 'GRU' && chance() && { linear_before_reset: 1 }),
    },
    bias: chance(),
    lengths: chance() ? Array.from({ length: N }, () => 1 + Math.floor(random() * T)) : undefined,
    initial: chance(),
    peepholes: operator === 'LSTM' && chance(),
  };
}

function tensors({ operator, attributes, bias, lengths, initial, peepholes, isBatchFirst }: Form) {
  const random = uniform(5);
  const count = attributes.direction === 'bidirectional' ? 2 : 1;
  const width = gatesOf[operator] * H;
  const floats = (...dims: readonly number[]): Constant => ({
    type: 'float32',
    dims,
    values: Float32Array.from({ length: dims.reduce((a, b) => a * b) }, () => random() * 2 - 1),
  });
  const state = () => (isBatchFirst ? floats(N, count, H) : floats(count, N, H));
  return [
    isBatchFirst ? floats(N, T, I) : floats(T, N, I),
    floats(count, width, I),
    floats(count, width, H),
    bias ? floats(count, 2 * width) : undefined,
    lengths && ({ type: 'int32', dims: [N], values: lengths } satisfies Constant),
    initial ? state() : undefined,
    ...(operator === 'LSTM' ? [initial ? state() : undefined, peepholes ? floats(count, 3 * H) : undefined] : []),
  ];
}

/** A node with every output, and what it is fed with. */
function layerOf(form: Form, given = tensors(form)) {
  const feeds = Object.fromEntries(given.flatMap((constant, at) => (constant ? [[`x${at}`, constant]] : [])));
  const outputs = form.operator === 'LSTM' ? ['y', 'h', 'c'] : ['y', 'h'];
  const inputs = given.map((constant, at) => (constant ? `x${at}` : ''));
  while (inputs.at(-1) === '') inputs.pop();
  const graph = new Graph({
    header: create(ModelProtoSchema, { irVersion: 8n }),
    name: 'layer',
    opset: 18,
    inputs: Object.entries(feeds).map(([name, { type, dims }]): Value => ({ name, type, shape: dims })),
    outputs: outputs.map((name): Value => ({ name, type: 'float32', shape: undefined })),
    nodes: [Node.of(form.operator, inputs, outputs, form.attributes, 'layer')],
    initializers: new Map(),
    declared: new Map(),
  });
  return { graph, feeds, outputs };
}

/** The same graph with what the rule writes instead of the node as further outputs. */
function beside(graph: Graph): { readonly graph: Graph; readonly written: readonly string[] } {
  const { inference } = new DifferentiableGraph(graph);
  const builder = new GraphBuilder(graph, inference);
  const node = graph.nodes[0]!;
  const value = (name: string) => (name ? builder.value(name) : undefined);
  const rule = gradientRules.get(`:${node.operator}`) as Decomposition;
  const refuse = () => {
    throw new Error('no body is opened');
  };
  const outputs = node.outputs.map(value);
  const values = rule.decompose({
    ...{ node, outputs, gradients: outputs, graph: builder, wants: () => true, openBody: refuse },
    reference: (each) => each,
    inputs: node.inputs.map(value),
  });
  const written = values.map((each) => each!.name);
  return {
    graph: graph.with({
      nodes: [...graph.nodes, ...builder.nodes],
      outputs: [...graph.outputs, ...written.map((name): Value => ({ name, type: 'float32', shape: undefined }))],
      initializers: builder.initializers,
    }),
    written,
  };
}

const farthest = (a: Constant, b: Constant) =>
  Math.max(...Array.from(a.values, (value, at) => Math.abs(value - b.values[at]!)));

describe('a recurrent operator as a Scan', () => {
  it('computes what ONNX Runtime does, in whatever form', async () => {
    for (let seed = 0; seed < 80; seed += 1) {
      const form = drawn(seed);
      const { graph, feeds, outputs } = layerOf(form);
      const both = beside(graph);
      const results = await execute(both.graph.encode(), feeds, [...outputs, ...both.written]);
      outputs.forEach((name, at) => {
        const [expected, actual] = [results[name]!, results[both.written[at]!]!];
        expect([form, name, actual.dims]).toEqual([form, name, expected.dims]);
        const size = Math.max(1, ...Array.from(expected.values, Math.abs));
        expect([form, name, farthest(actual, expected) / size < 2e-5]).toEqual([form, name, true]);
      });
    }
  });

  it('has zeros after an empty sequence', async () => {
    for (const operator of ['GRU', 'LSTM'] as const) {
      const form = {
        operator,
        attributes: { hidden_size: H },
        bias: true,
        lengths: [0, 5, 2],
        initial: true,
        peepholes: false,
      };
      const { graph, feeds, outputs } = layerOf(form);
      const both = beside(graph);
      const results = await execute(both.graph.encode(), feeds, [...outputs, ...both.written]);
      outputs.forEach((name, at) => expect(farthest(results[both.written[at]!]!, results[name]!)).toBeLessThan(1e-6));
      expect(Array.from(results[both.written[1]!]!.values).slice(0, H)).toEqual([0, 0, 0, 0]);
    }
  });

  it('refuses an activation that nobody knows', () => {
    const attributes = { hidden_size: H, activations: { strings: ['Sin'] } };
    const { graph } = layerOf({
      operator: 'RNN',
      attributes,
      bias: false,
      lengths: undefined,
      initial: false,
      peepholes: false,
    });
    const differentiate = () =>
      new DifferentiableGraph(graph).differentiate({
        objective: { kind: 'score', output: 'y' },
        withRespectTo: ['x0'],
      });
    expect(differentiate).toThrow(
      expect.objectContaining({ code: 'GRADIENT_UNSUPPORTED_FORM', found: 'the activation Sin' }),
    );
  });
});

describe('layout 1', () => {
  /** Two axes of a tensor exchanged. */
  const turned = ({ type, dims: [rows, columns, ...rest], values }: Constant): Constant => {
    const size = rest.reduce((a, b) => a * b, 1);
    const at = (row: number, column: number) => (row * columns! + column) * size;
    const moved = Array.from({ length: columns! }, (_, column) =>
      Array.from({ length: rows! }, (__, row) => Array.from(values).slice(at(row, column), at(row, column) + size)),
    );
    return { type, dims: [columns!, rows!, ...rest], values: moved.flat(2) };
  };

  it.each(['GRU', 'LSTM', 'RNN'] as const)('of %s gives what layout 0 does, and its gradients', async (operator) => {
    const first: Form = {
      ...{
        operator,
        bias: true,
        lengths: [5, 2, 3],
        initial: true,
        peepholes: operator === 'LSTM',
        isBatchFirst: true,
      },
      attributes: { hidden_size: H, direction: 'bidirectional', layout: 1 },
    };
    const given = tensors(first);
    const batch = layerOf(first, given);
    const steps = layerOf(
      { ...first, attributes: { hidden_size: H, direction: 'bidirectional' } },
      given.map((each, at) =>
        each && [0, 5, 6].includes(at) && at < (operator === 'LSTM' ? 7 : 6) ? turned(each) : each,
      ),
    );
    const gradients = async ({ graph, feeds }: ReturnType<typeof layerOf>, output: string, isTurned: boolean) => {
      const wanted = ['x0', 'x1', 'x2', 'x3', 'x5'];
      const model = new DifferentiableGraph(graph).differentiate({
        objective: { kind: 'cotangent', outputs: [output] },
        withRespectTo: wanted,
        fetch: [output],
      });
      const dims = output === 'y' ? [N, T, 2, H] : [N, 2, H];
      const count = dims.reduce((a, b) => a * b);
      const cotangent: Constant = {
        type: 'float32',
        dims,
        values: Array.from({ length: count }, (_, at) => Math.sin(at)),
      };
      const fed = isTurned ? cotangent : inStepsFirst(cotangent);
      const all = { ...feeds, [model.objectiveInputs[0]!.name]: fed };
      const results = await execute(model.graph.encode(model.sizes), all, [...Object.values(model.gradients), output]);
      return [results[output]!, ...wanted.map((name) => results[model.gradients[name]!]!)];
    };
    /** `[N, T, D, H]` as `[T, D, N, H]`, and `[N, D, H]` as `[D, N, H]`. */
    const inStepsFirst = (a: Constant) => {
      const [n, ...others] = a.dims;
      const middle = others.slice(0, -1).reduce((x, y) => x * y);
      const flat = turned({ ...a, dims: [n!, middle, H] });
      return { ...flat, dims: [...others.slice(0, -1), n!, H] };
    };
    for (const output of batch.outputs.slice(0, 2)) {
      const [ours, theirs] = [await gradients(batch, output, true), await gradients(steps, output, false)];
      expect(farthest(inStepsFirst(ours[0]!), theirs[0]!)).toBeLessThan(1e-6);
      [turned(theirs[1]!), theirs[2]!, theirs[3]!, theirs[4]!, turned(theirs[5]!)].forEach((expected, at) => {
        const actual = ours[at + 1]!;
        expect(actual.dims).toEqual(expected.dims);
        expect(farthest(actual, expected)).toBeLessThan(1e-5);
        expect(Math.max(...Array.from(expected.values, Math.abs))).toBeGreaterThan(1e-2);
      });
    }
  });
});
