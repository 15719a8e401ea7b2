import { describe, expect, it } from '@jest/globals';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  ValueInfoProtoSchema,
  type AttributeProto,
} from 'onnx-buf';
import { copyWith } from '../src/copy-with.ts';
import { Graph, Node, writeTensor } from '../src/index.ts';
import { inlineBranches, inlineFunctions } from '../src/inline/index.ts';
import { raiseOpset } from '../src/upgrade/index.ts';

interface Extra {
  readonly domain?: string;
  readonly attribute?: AttributeProto[];
}

/** A node as exporters write it: with neither domain nor overload. */
const plain = (opType: string, input: string[], output: string[], more: Extra = {}) =>
  fromBinary(
    NodeProtoSchema,
    toBinary(NodeProtoSchema, create(NodeProtoSchema, { opType, input, output, name: output[0]!, ...more })),
  );

const body = (node: Node['proto']) => ({
  graph: create(GraphProtoSchema, {
    name: 'body',
    node: [node],
    output: [create(ValueInfoProtoSchema, { name: node.output[0]! })],
  }),
});

function graphOf(nodes: readonly Node['proto'][], header = {}): Graph {
  return new Graph({
    header: create(ModelProtoSchema, { irVersion: 8n, ...header }),
    name: 'graph',
    opset: 17,
    inputs: [{ name: 'x', type: 'float32', shape: [2, 3] }],
    outputs: [{ name: 'y', type: 'float32', shape: [2, 3] }],
    nodes: nodes.map((node) => new Node(node)),
    initializers: new Map([['yes', { proto: writeTensor('yes', { type: 'bool', dims: [], values: [1] }) }]]),
    declared: new Map(),
  });
}

const choice = (condition: string) =>
  plain('If', [condition], ['y'], {
    attribute: Node.of('', [], [], {
      then_branch: body(plain('Relu', ['x'], ['then'])),
      else_branch: body(plain('Neg', ['x'], ['else'])),
    }).proto.attribute,
  });

const kinds = (graph: Graph) => graph.nodes.map(({ domain, operator }) => [domain, operator]);

describe('copyWith', () => {
  it('changes what it is asked to, and leaves what the message leaves out at its default', () => {
    const before = plain('Relu', ['x'], ['y']);
    const after = copyWith(NodeProtoSchema, before, { output: ['z'] });
    expect([after.opType, after.output, after.domain, after.overload]).toEqual(['Relu', ['z'], '', '']);
    expect(before.output).toEqual(['y']);
    expect(Node.of('Relu', ['x'], ['z'], {}, 'y').proto).toMatchObject({ opType: after.opType, name: after.name });
  });
});

describe('nodes that leave out their domain', () => {
  it('are still standard operators after their bodies were raised', () => {
    expect(kinds(raiseOpset(graphOf([plain('Cast', ['x'], ['c'], castTo(9)), choice('yes')])))).toEqual([
      ['', 'Cast'],
      ['', 'If'],
    ]);
  });

  it('are still standard operators after the branch was taken that holds them', () => {
    expect(kinds(inlineBranches(graphOf([choice('yes')])))).toEqual([['', 'Relu']]);
  });

  it('are still standard operators after the function was written out that holds them', () => {
    const definition = {
      name: 'Local',
      domain: 'local',
      input: ['a'],
      output: ['b'],
      node: [plain('Relu', ['a'], ['b'])],
      opsetImport: [{ $typeName: 'onnx.OperatorSetIdProto' as const, domain: '', version: 17n }],
    };
    const graph = graphOf([plain('Local', ['x'], ['y'], { domain: 'local' })], { functions: [definition] });
    expect(kinds(inlineFunctions(graph))).toEqual([['', 'Relu']]);
  });
});

function castTo(type: number): Extra {
  return { attribute: Node.of('', [], [], { to: type }).proto.attribute };
}
