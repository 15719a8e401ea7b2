import type { NodeProto, TensorProto } from 'onnx-buf';
import { bodiesOf } from '../node.ts';

/** A graph, the body of a node or a function. */
export interface GraphPart {
  readonly initializer?: readonly TensorProto[];
  readonly node: readonly NodeProto[];
}

/** Every tensor message of a model: weights, those of bodies and of functions, and attributes. */
export function* tensorsOf(parts: readonly GraphPart[]): Generator<TensorProto> {
  const waiting = [...parts];
  for (let part = waiting.pop(); part; part = waiting.pop()) {
    yield* part.initializer ?? [];
    for (const node of part.node) {
      for (const body of bodiesOf(node)) waiting.push(body);
      for (const { t, tensors } of node.attribute) {
        if (t) yield t;
        yield* tensors;
      }
    }
  }
}

/** What a tensor says of its data in another file: `location`, `offset`, `length`. */
export function externalEntry(proto: TensorProto, key: string): string | undefined {
  return proto.externalData.find((entry) => entry.key === key)?.value;
}
