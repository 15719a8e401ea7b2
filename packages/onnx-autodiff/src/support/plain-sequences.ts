import { GraphBuilder } from '../builder.ts';
import type { Graph, Initializer } from '../graph.ts';
import { Node } from '../node.ts';
import { range } from '../range.ts';
import { normaliseAxis } from '../shapes/dims.ts';
import { Inference } from '../shapes/inference.ts';
import type { Value } from '../types.ts';

/** The operators of sequences and optional tensors that are written without them where what they hold is known ahead. */
const sequenceOperators: readonly string[] = [
  'ConcatFromSequence',
  'Optional',
  'OptionalGetElement',
  'OptionalHasElement',
  'SequenceAt',
  'SequenceConstruct',
  'SequenceEmpty',
  'SequenceErase',
  'SequenceInsert',
  'SequenceLength',
  'SplitToSequence',
];

/**
 * The same model without the sequences whose tensors are known ahead: what is taken out of one is the tensor that was put in. One that a
 * node reads which stays, or that is an output, is kept beside.
 */
export function plainSequences(graph: Graph): Graph {
  const isOurs = ({ domain, operator }: Node) => domain === '' && sequenceOperators.includes(operator);
  if (!graph.nodes.some(isOurs)) return graph;
  const writer = new Writer(graph);
  for (const node of graph.nodes) writer.write(node, isOurs(node));
  return writer.result();
}

class Writer {
  private readonly graph: Graph;
  private readonly inference: Inference;
  private readonly builder: GraphBuilder;
  private readonly nodes: Node[] = [];
  /** What each sequence holds, by names of tensors. */
  private readonly lists = new Map<string, readonly string[]>();

  constructor(graph: Graph) {
    this.graph = graph;
    // Follows the nodes as they are written, so that the sizes of what was taken out of a sequence are known behind it.
    this.inference = new Inference(graph.with({ nodes: [], outputs: [] }));
    this.builder = new GraphBuilder(graph, this.inference);
  }

  write(node: Node, isOurs: boolean): void {
    const before = this.builder.nodes.length;
    this.builder.within(node.name);
    const written = isOurs ? this.rewritten(node) : this.passedOn(node);
    for (const inner of this.builder.nodes.slice(before)) this.nodes.push(inner);
    this.nodes.push(written);
    this.inference.add(written);
  }

  result(): Graph {
    const read = new Set(this.graph.outputs.map(({ name }) => name));
    const kept: Node[] = [];
    for (const node of this.nodes.reverse()) {
      // What only made a sequence that nobody reads any more.
      if (node.outputs.every((name) => this.lists.has(name) && !read.has(name))) continue;
      for (const name of [...node.inputs, ...node.captures]) read.add(name);
      kept.push(node);
    }
    const initializers = new Map<string, Initializer>([...this.graph.initializers, ...this.builder.initializers]);
    return this.graph.with({ nodes: kept.reverse(), initializers });
  }

  /** A sequence that passes through Identity is the same one. */
  private passedOn(node: Node): Node {
    const list = node.operator === 'Identity' && node.domain === '' ? this.lists.get(node.inputs[0] ?? '') : undefined;
    if (list) this.lists.set(node.outputs[0]!, list);
    return node;
  }

  private rewritten(node: Node): Node {
    const [first = '', second = '', third = ''] = node.inputs;
    const list = this.lists.get(first);
    const hold = (names: readonly string[]) => {
      this.lists.set(node.outputs[0]!, names);
      return node;
    };
    switch (node.operator) {
      case 'SequenceConstruct':
        return hold(node.inputs);
      case 'SequenceEmpty':
        return hold([]);
      case 'Optional':
        return first ? hold(list ?? [first]) : node;
      case 'SplitToSequence': {
        const parts = this.parts(node);
        return parts ? hold(parts) : node;
      }
      case 'OptionalGetElement':
        return this.got(node, list);
      case 'OptionalHasElement':
        return list ? this.alias(node, this.builder.constant({ type: 'bool', dims: [], values: [1] }).name) : node;
      default:
    }
    if (!list) return node;
    switch (node.operator) {
      case 'SequenceInsert': {
        const at = third ? this.place(third, list.length) : list.length;
        return at === undefined ? node : hold([...list.slice(0, at), second, ...list.slice(at)]);
      }
      case 'SequenceErase': {
        const at = second ? this.place(second, list.length) : list.length - 1;
        return at === undefined ? node : hold(list.filter((_, index) => index !== at));
      }
      case 'SequenceAt': {
        const at = this.place(second, list.length);
        return at !== undefined && list[at] ? this.alias(node, list[at]) : node;
      }
      case 'SequenceLength':
        return this.alias(node, this.builder.constant({ type: 'int64', dims: [], values: [list.length] }).name);
      default:
        return list.length > 0 ? this.joined(node, list) : node;
    }
  }

  /** An optional tensor is held as a list of it; an optional sequence as what the sequence holds, which is then not rewritten here. */
  private got(node: Node, list: readonly string[] | undefined): Node {
    const [held] = list ?? [];
    const isTensor = held !== undefined && list!.length === 1 && this.inference.value(held).type !== undefined;
    if (isTensor) return this.alias(node, held);
    if (list) this.lists.set(node.outputs[0]!, list);
    return node;
  }

  private alias(node: Node, of: string): Node {
    return Node.of('Identity', [of], node.outputs, {}, node.name);
  }

  private joined(node: Node, list: readonly string[]): Node {
    const axis = node.int('axis', 0);
    const parts = list.map((name) => this.builder.value(name));
    const rows = node.int('new_axis', 0) === 1 ? parts.map((part) => this.builder.unsqueeze(part, [axis])) : parts;
    return Node.of(
      'Concat',
      rows.map(({ name }) => name),
      node.outputs,
      { axis },
      node.name,
    );
  }

  /** The tensors that SplitToSequence makes, where their number is known ahead. */
  private parts(node: Node): readonly string[] | undefined {
    const x = this.builder.value(node.inputs[0]!);
    const given = node.inputs[1];
    const rank = x.shape?.length;
    if (rank === undefined) return undefined;
    const axis = normaliseAxis(node.int('axis', 0), rank);
    const sizes = this.sizesOf(x.shape![axis]!, given);
    if (!sizes || sizes.length === 0) return undefined;
    const split = this.builder.ops('Split', [x, this.builder.ints(sizes)], { axis }, sizes.length);
    const squeezed = (part: Value) => this.builder.squeeze(part, [axis]);
    return (given || node.int('keepdims', 1) !== 0 ? split : split.map(squeezed)).map(({ name }) => name);
  }

  private sizesOf(total: number | string, given: string | undefined): readonly number[] | undefined {
    const numbers = given ? this.inference.numbers(given) : [1];
    const isList = given ? this.inference.value(given).shape?.length === 1 : false;
    const [size = 0] = numbers ?? [];
    if (!numbers || isList) return numbers;
    if (typeof total !== 'number' || size < 1) return undefined;
    return range(0, Math.ceil(total / size)).map((part) => Math.min(size, total - part * size));
  }

  private place(name: string, length: number): number | undefined {
    const at = this.inference.numbers(name)?.[0];
    return at === undefined ? undefined : normaliseAxis(at, length);
  }
}
