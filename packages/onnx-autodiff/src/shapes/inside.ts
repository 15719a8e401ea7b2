import type { GraphProto } from 'onnx-buf';
import { fromValueInfo, Graph, type Initializer } from '../graph.ts';
import { Node, readFromOutside } from '../node.ts';
import type { Dim, Shape, Value } from '../types.ts';
import type { Unknowns } from './dims.ts';
import type { Known } from './known.ts';

/** The parts of a body that decide what it computes. */
export type Body = Pick<GraphProto, 'input' | 'output' | 'node' | 'initializer'>;

/** What an input of a body is fed with. */
export interface Fed {
  readonly type: Value['type'];
  readonly shape: Shape;
  readonly known?: Known | undefined;
}

/** What is known of tensors, those of a body or those around it. */
export interface Inside {
  value(name: string): Value;
  known(name: string): Known | undefined;
}

export interface GivenInside {
  readonly value: Value;
  readonly known: Known | undefined;
}

/** Names of sizes keep apart from those that are given inside. */
export function fromOutside(dim: Dim): Dim {
  return typeof dim === 'string' ? dim.replaceAll('?', '??') : dim;
}

/** A body as a graph whose inputs are what it is fed with and what it reads from around it, and what is known of those. */
export function graphInside(
  body: Body,
  fed: readonly (Fed | undefined)[],
  { graph, around }: { readonly graph: Graph; readonly around: Inside },
): { readonly graph: Graph; readonly given: ReadonlyMap<string, GivenInside> } {
  const weights = new Map<string, Initializer>();
  const given = new Map<string, GivenInside>();
  const give = (name: string, { type, shape, known }: Fed) =>
    given.set(name, {
      value: { name, type, shape: shape?.map(fromOutside) },
      known: known && { ...known, values: known.values.map(fromOutside) },
    });
  const computed = new Set(body.node.flatMap(({ output }) => output));
  for (const name of readFromOutside(body as GraphProto)) {
    const weight = graph.initializers.get(name);
    if (computed.has(name)) continue;
    if (weight) weights.set(name, weight);
    else give(name, { ...around.value(name), known: around.known(name) });
  }
  body.input.forEach((info, at) => give(info.name, fed[at] ?? { ...fromValueInfo(info), shape: undefined }));
  for (const proto of body.initializer) weights.set(proto.name, { proto });
  return {
    given,
    graph: new Graph({
      header: graph.header,
      name: 'body',
      opset: graph.opset,
      inputs: Array.from(given.values(), ({ value }) => value),
      // A name inside a body need not be the size of that name outside.
      outputs: body.output.map((info, at) => {
        const { shape, ...rest } = fromValueInfo(info);
        return { ...rest, shape: shape?.map((dim, axis) => (typeof dim === 'number' ? dim : `?${at}.${axis}`)) };
      }),
      nodes: body.node.map((proto) => new Node(proto)),
      initializers: weights,
      declared: new Map(),
    }),
  };
}

/** What was found out inside, as it is called around it: a size that was named inside gets a name of its own. */
export function seenFromAround(inside: Inside, unknowns: Unknowns): Inside {
  const names = new Map<Dim, Dim>();
  const isOwn = (dim: Dim) => typeof dim === 'string' && dim.split(/[^?]/).some(({ length }) => length % 2 === 1);
  const outward = (dim: Dim): Dim => {
    if (typeof dim === 'number') return dim;
    if (!isOwn(dim)) return dim.replaceAll('??', '?');
    const name = names.get(dim) ?? unknowns.dim();
    names.set(dim, name);
    return name;
  };
  return {
    value: (name) => {
      const value = inside.value(name);
      return { ...value, shape: value.shape?.map(outward) };
    },
    known: (name) => {
      const known = inside.known(name);
      return known === undefined || known.values.some(isOwn)
        ? undefined
        : { ...known, values: known.values.map(outward) };
    },
  };
}
