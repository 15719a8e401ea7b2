import type { GraphProto } from 'onnx-buf';
import type { GraphBuilder } from '../builder.ts';
import { fromValueInfo, type Graph } from '../graph.ts';
import { Node, readFromOutside } from '../node.ts';
import type { Value } from '../types.ts';

/** A body as a graph whose inputs are what the body is fed with, in order, and what it reads from around it. */
export function bodyGraph(body: GraphProto, inputs: readonly Value[], builder: GraphBuilder): Graph {
  const fed = body.input.map((info, at) => {
    const [given, declared] = [inputs[at], fromValueInfo(info)];
    return { name: info.name, type: given?.type ?? declared.type, shape: given?.shape };
  });
  return builder.graphInside(fed, readFromOutside(body), {
    // A name inside a body need not be the size of that name outside.
    outputs: body.output.map((info) => ({ ...fromValueInfo(info), shape: undefined })),
    nodes: body.node.map((proto) => new Node(proto)),
    initializers: new Map(body.initializer.map((proto) => [proto.name, { proto }])),
  });
}
