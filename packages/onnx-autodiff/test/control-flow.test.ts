import { describe, expect, it } from '@jest/globals';
import { create } from '@bufbuild/protobuf';
import { GraphProtoSchema, ModelProtoSchema, NodeProtoSchema, ValueInfoProtoSchema } from 'onnx-buf';
import { DifferentiableGraph, Graph, Node, type Value } from '../src/index.ts';

type Declared = readonly (number | string)[] | undefined;

/** `y = x @ If(c, a, b)`, where only the branches say what they hand out. */
function graphOf(yes: Declared, no: Declared): Graph {
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
    inputs: [input('x', ['N', 3]), input('c', [], 'bool'), input('a', ['K', 'M']), input('b', ['K', 'M'])],
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

  it('lets gradients pass beside it', () => {
    const graph = new DifferentiableGraph(graphOf([3, 'M'], [3, 'L']));
    const { gradients } = graph.differentiate({ objective: { kind: 'score', output: 'y' }, withRespectTo: ['x'] });
    expect(Object.keys(gradients)).toEqual(['x']);
  });
});
