import type { GraphNode, GraphView } from '@understory/core';
import { makerOf, originOf, producersOf } from './graph.ts';

/** Operators between the length of a vector and the division by it. */
const onTheWay = new Set(['Clip', 'Max', 'Add', 'Expand', 'Sqrt', 'Reciprocal', 'Pow', 'Abs', 'Where', 'Tile']);
const mostSteps = 10;

/** Whether the vectors of an output are divided by their length at its end. */
export function isNormalised(graph: GraphView | undefined, name: string): boolean {
  const last = graph && makerOf(graph, name);
  if (last === undefined) return false;
  if (last.operator === 'LpNormalization') return last.attributes['p'] !== 1;
  const [vector = '', other = ''] = last.inputs;
  if (last.operator === 'Div') return isLengthOf(graph!, other, vector);
  if (last.operator === 'Mul') return isLengthOf(graph!, other, vector) || isLengthOf(graph!, vector, other);
  return false;
}

function isLengthOf(graph: GraphView, name: string, vector: string): boolean {
  let node = makerOf(graph, name);
  for (let step = 0; step < mostSteps && node !== undefined; step += 1) {
    if (node.operator === 'ReduceL2' || node.operator === 'ReduceSumSquare')
      return isSame(graph, node.inputs[0], vector);
    if (node.operator === 'ReduceSum') return isSquareOf(graph, makerOf(graph, node.inputs[0]!), vector);
    if (!onTheWay.has(node.operator)) return false;
    const next = node.inputs.find(
      (input) => producersOf(graph).get(originOf(graph, input)) !== undefined && !isFixed(graph, input),
    );
    node = next === undefined ? undefined : makerOf(graph, next);
  }
  return false;
}

function isSquareOf(graph: GraphView, of: GraphNode | undefined, vector: string): boolean {
  let node = of;
  for (let step = 0; step < mostSteps && node?.operator === 'Abs'; step += 1) node = makerOf(graph, node.inputs[0]!);
  if (node?.operator === 'Pow') {
    const base = makerOf(graph, node.inputs[0]!);
    return isSame(graph, base?.operator === 'Abs' ? base.inputs[0] : node.inputs[0], vector);
  }
  return node?.operator === 'Mul' && node.inputs.every((input) => isSame(graph, input, vector));
}

function isSame(graph: GraphView, one: string | undefined, other: string): boolean {
  return one !== undefined && originOf(graph, one) === originOf(graph, other);
}

function isFixed(graph: GraphView, name: string): boolean {
  return graph.constant(name) !== undefined || producersOf(graph).get(name)?.operator === 'Constant';
}
