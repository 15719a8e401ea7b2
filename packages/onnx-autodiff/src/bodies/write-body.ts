import { create } from '@bufbuild/protobuf';
import { GraphProtoSchema, TensorShapeProto_DimensionSchema, type GraphProto, type ValueInfoProto } from 'onnx-buf';
import type { GraphBuilder } from '../builder.ts';
import { toValueInfo, type Initializer } from '../graph.ts';
import { renameBody, Scope } from '../inline/index.ts';
import { Node } from '../node.ts';
import type { Value } from '../types.ts';

export interface BodyParts {
  readonly inputs: readonly Value[];
  /** Handed out in order; one tensor may stand more than once, and be an input or from around the body. */
  readonly outputs: readonly Value[];
  readonly nodes: readonly Node[];
  readonly initializers: Iterable<readonly [string, Initializer]>;
}

/** A body of control flow, without what its outputs do not depend on, under names that nothing around it has. */
export function writeBody(graph: GraphBuilder, { inputs, outputs, nodes, initializers }: BodyParts): GraphProto {
  const used = new Set(outputs.map(({ name }) => name));
  const kept: Node[] = [];
  for (const node of [...nodes].reverse()) {
    if (!node.outputs.some((name) => used.has(name))) continue;
    kept.push(node);
    for (const name of [...node.inputs, ...node.captures]) used.add(name);
  }
  const handedOut = outputs.map((value, at): Value => ({ ...value, name: `${value.name}.out${at}` }));
  const copies = outputs.map(({ name }, at) => Node.of('Identity', [name], [handedOut[at]!.name]));
  const body = create(GraphProtoSchema, {
    name: 'body',
    // The runtime wants to be told that the number of a step is a scalar; sizes follow from what is fed.
    input: inputs.map(({ name, type, shape }) =>
      toValueInfo({ name, type, shape: shape?.length === 0 ? [] : undefined }),
    ),
    output: handedOut.map(info),
    node: [...apart(kept.reverse()), ...copies].map(({ proto }) => proto),
    initializer: [...initializers].flatMap(([name, { proto }]) => (used.has(name) ? [proto] : [])),
  });
  const define = (name: string) => graph.freshName(name);
  return renameBody(body, new Scope(), { define, referenced: () => undefined });
}

/**
 * ONNX Runtime (1.30, 1.32) fuses an Add with the product in front of it and the transpose in front of that; in a body it then loses what
 * the product depends on, and may run it too early. A Sum of the same two it leaves alone.
 */
function apart(nodes: readonly Node[]): readonly Node[] {
  const products = new Set(nodes.filter(({ operator }) => operator === 'MatMul').flatMap(({ outputs }) => outputs));
  return nodes.map((node) =>
    node.operator === 'Add' && node.domain === '' && node.inputs.some((name) => products.has(name))
      ? node.with({ operator: 'Sum' })
      : node,
  );
}

/** The runtime wants the rank of what a body hands out; names of sizes would mean those around it. */
function info(value: Value): ValueInfoProto {
  const written = toValueInfo(value);
  if (written.type?.value.case !== 'tensorType') return written;
  const { shape } = written.type.value.value;
  if (shape) {
    shape.dim = shape.dim.map((dim) =>
      dim.value.case === 'dimParam' ? create(TensorShapeProto_DimensionSchema) : dim,
    );
  }
  return written;
}
