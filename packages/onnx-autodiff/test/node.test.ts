import { describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { AttributeProtoSchema, GraphProtoSchema, NodeProtoSchema, ValueInfoProtoSchema } from 'onnx-buf';
import { Node, writeTensor } from '../src/index.ts';

const tensor = writeTensor('t', { type: 'float32', dims: [1], values: [2] });

describe('Node', () => {
  const node = Node.of('Op', ['a', ''], ['b'], {
    int: 3,
    string: 'mode',
    ints: [1, -2],
    float: { float: 0.5 },
    floats: { floats: [1, 2] },
    strings: { strings: ['x', 'y'] },
    tensor: { tensor },
  });

  it('hands out attributes as they were given', () => {
    expect(node.int('int')).toBe(3);
    expect(node.string('string')).toBe('mode');
    expect(node.ints('ints')).toEqual([1, -2]);
    expect(node.float('float')).toBe(0.5);
    expect(node.floats('floats')).toEqual([1, 2]);
    expect(node.strings('strings')).toEqual(['x', 'y']);
    expect(node.tensor('tensor')).toEqual(tensor);
  });

  it('hands out the default where an attribute is absent, and undefined where there is none', () => {
    expect([node.int('no', 4), node.float('no', 0.1), node.string('no', 'm')]).toEqual([4, 0.1, 'm']);
    expect([node.ints('no', [7]), node.floats('no', [0.5])]).toEqual([[7], [0.5]]);
    expect([node.int('no'), node.float('no'), node.string('no'), node.ints('no'), node.tensor('no')]).toEqual(
      Array(5).fill(undefined),
    );
    expect([node.has('int'), node.has('no')]).toEqual([true, false]);
  });

  it('refuses to read an attribute as another kind', () => {
    for (const read of [
      () => node.int('string'),
      () => node.float('int', 1),
      () => node.ints('int'),
      () => node.graph('ints'),
    ]) {
      expect(read).toThrow(expect.objectContaining({ code: 'ONNX_MALFORMED' }));
    }
  });

  it('reads attributes of first ONNX versions, which do not say their kind', () => {
    const untyped = create(NodeProtoSchema, { attribute: [create(AttributeProtoSchema, { name: 'axis', i: 5n })] });
    expect(new Node(untyped).int('axis', 0)).toBe(5);
  });

  it('changes only what it is told to', () => {
    const changed = node.with({ operator: 'Other', inputs: ['c'], attributes: { int: 4, string: undefined } });
    expect([changed.operator, changed.inputs, changed.outputs]).toEqual(['Other', ['c'], ['b']]);
    expect([changed.int('int'), changed.has('string'), changed.float('float')]).toEqual([4, false, 0.5]);
    expect([node.operator, node.int('int'), node.has('string')]).toEqual(['Op', 3, true]);
  });

  it('is named after its first output where it has no name', () => {
    expect([node.name, Node.of('Op', [], [], {}).name, Node.of('Op', [], ['y'], {}, 'n').name]).toEqual([
      'b',
      'Op',
      'n',
    ]);
  });

  it('reads both spellings of the standard domain as one', () => {
    expect([Node.of('Op', [], [], {}, '', 'ai.onnx').domain, Node.of('Op', [], [], {}, '', 'other').domain]).toEqual([
      '',
      'other',
    ]);
  });

  it('knows what the bodies of control flow read from outside, inner bodies included', () => {
    const output = (name: string) => create(ValueInfoProtoSchema, { name });
    const inner = create(GraphProtoSchema, {
      node: [Node.of('Add', ['local', 'far'], ['sum']).proto],
      output: [output('sum')],
    });
    const outer = create(GraphProtoSchema, {
      input: [output('iteration')],
      initializer: [tensor],
      node: [
        Node.of('Mul', ['near', 'iteration'], ['local']).proto,
        Node.of('If', ['local'], ['r'], { then_branch: { graph: inner } }).proto,
        Node.of('Add', ['r', 't'], ['s']).proto,
      ],
      output: [output('s'), output('handed')],
    });
    expect(Node.of('Loop', ['n'], ['y'], { body: { graph: outer } }).captures).toEqual(['near', 'far', 'handed']);
    expect(node.captures).toEqual([]);
  });
});
