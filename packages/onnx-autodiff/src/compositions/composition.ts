import type { GraphBuilder } from '../builder.ts';
import type { Node } from '../node.ts';
import type { Value } from '../types.ts';

/** What the recognition of a composition may look at. */
export interface GraphReader {
  /** The node that computes a tensor; undefined for inputs and weights. */
  producer(name: string): Node | undefined;
  value(name: string): Value;
  /** The number of a constant of one element. */
  number(name: string): number | undefined;
}

/** A function of one tensor that a model writes as several nodes. */
export interface Composed {
  /** The tensor that it is a function of, of the same shape as the result. */
  readonly input: string;
  /** The nodes that it is made of, the last one left out. */
  readonly nodes: readonly Node[];
  /** The gradient of the input through all of its nodes. */
  gradient(graph: GraphBuilder, x: Value, y: Value, dy: Value): Value;
}

/** Recognises a composition by its last node. */
export type Composition = (last: Node, graph: GraphReader) => Composed | undefined;

/** The factors of a product, nested products taken apart. */
export interface Product {
  /** All constant factors multiplied. */
  readonly factor: number;
  readonly tensors: readonly string[];
  /** The products inside. */
  readonly nodes: readonly Node[];
}

/** More tensors than any composition has. */
const mostTensors = 3;

/** A Mul, or a Div by a constant, taken apart; undefined for other nodes and for long products. */
export function productOf(node: Node, graph: GraphReader): Product | undefined {
  if (!isProduct(node, graph)) return undefined;
  let factor = 1;
  const tensors: string[] = [];
  const nodes: Node[] = [];
  const open: Node[] = [node];
  for (let next = open.pop(); next; next = open.pop()) {
    if (next !== node) nodes.push(next);
    const divides = next.operator === 'Div';
    for (const [index, name] of next.inputs.entries()) {
      const number = scalar(name, next, graph);
      const inner = graph.producer(name);
      if (number !== undefined) factor *= divides && index === 1 ? 1 / number : number;
      else if (inner && isProduct(inner, graph)) open.push(inner);
      else tensors.push(name);
    }
    if (tensors.length + open.length > mostTensors) return undefined;
  }
  return { factor, tensors, nodes };
}

function isProduct(node: Node, graph: GraphReader): boolean {
  if (node.domain !== '') return false;
  return node.operator === 'Mul' || (node.operator === 'Div' && graph.number(node.inputs[1]!) !== undefined);
}

/** A constant factor that leaves the shape of what it is multiplied with as it is. */
export function scalar(name: string, node: Node, graph: GraphReader): number | undefined {
  const number = graph.number(name);
  if (number === undefined) return undefined;
  const rank = graph.value(name).shape?.length;
  const others = node.inputs.filter((input) => input !== name).map((input) => graph.value(input).shape?.length);
  return rank === 0 || others.some((other) => other !== undefined && rank !== undefined && other >= rank)
    ? number
    : undefined;
}

/** Whether two constants are one number that was rounded to single precision or written with few digits. */
export function isNumber(found: number, expected: number): boolean {
  return Math.abs(found - expected) <= 2e-6 * Math.abs(expected);
}
