import type { AttributeValue, GraphNode, GraphView } from './contracts/graph.ts';
import type { Index } from './contracts/objective.ts';
import type { Tensor } from './tensor/tensor.ts';
import type { Dimension } from './tensor/tensor-spec.ts';
import { toFloat32 } from './tensor/to-float32.ts';

const forwards = new Set(['Identity', 'Cast', 'Dropout']);
const reshapes = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);
/** What puts numbers in another order or beside others. */
export const moves = new Set([...forwards, ...reshapes, 'Transpose', 'Concat', 'Slice', 'Split']);

/** One number of a tensor. */
export interface Place {
  readonly index: Index;
  readonly dimsOf: (name: string) => readonly Dimension[] | undefined;
  readonly graph: GraphView;
}

/** The input of a node, and the place in it, that a number of its outcome comes from; undefined where that is not known. */
export function movedFrom(node: GraphNode, name: string, place: Place): readonly [string, Index] | undefined {
  const { operator, inputs, attributes } = node;
  const { index, dimsOf, graph } = place;
  const [source = ''] = inputs;
  const rank = index.length + 1;
  const axisOf = (value: AttributeValue | undefined, otherwise: number) => {
    const axis = typeof value === 'number' ? value : otherwise;
    return axis < 0 ? axis + rank : axis;
  };
  if (forwards.has(operator)) return [source, index];
  if (operator === 'Transpose') {
    const order = listOf(attributes['perm']) ?? [];
    if (order[0] !== 0 || order.length !== rank) return undefined;
    const moved = Array<number>(index.length).fill(0);
    for (const [at, from] of order.entries()) if (at > 0) moved[from - 1] = index[at - 1]!;
    return [source, moved];
  }
  if (reshapes.has(operator)) {
    const moved = reshaped(index, dimsOf(name), dimsOf(source));
    return moved && [source, moved];
  }
  if (operator === 'Concat') {
    const axis = axisOf(attributes['axis'], 0);
    const sizes = sizesOf(inputs, axis, { dimsOf, whole: dimsOf(name)?.[axis] });
    const found = axis === 0 || sizes === undefined ? undefined : partOf(sizes, index[axis - 1]!);
    return found && [inputs[found.part]!, index.with(axis - 1, found.at)];
  }
  if (operator === 'Split') {
    const axis = axisOf(attributes['axis'], 0);
    const said = listOf(attributes['split']) ?? listOf(inputs[1] ? graph.constant(inputs[1]) : undefined);
    const sizes = said ?? sizesOf(node.outputs, axis, { dimsOf, whole: dimsOf(source)?.[axis] });
    if (axis === 0 || sizes === undefined) return undefined;
    const start = sizes.slice(0, node.outputs.indexOf(name)).reduce((sum, size) => sum + size, 0);
    return [source, index.with(axis - 1, index[axis - 1]! + start)];
  }
  if (operator === 'Slice') {
    const input = (at: number, attribute: string) =>
      listOf(attributes[attribute]) ?? listOf(inputs[at] ? graph.constant(inputs[at]) : undefined);
    const [starts, steps] = [input(1, 'starts'), input(4, 'steps')];
    const axes = input(3, 'axes') ?? starts?.map((_, at) => at);
    if (starts === undefined || axes === undefined || (inputs[4] && steps === undefined)) return undefined;
    let moved = index;
    for (const [at, given] of axes.entries()) {
      const axis = given < 0 ? given + rank : given;
      const [start, step, size] = [starts[at]!, steps?.[at] ?? 1, dimsOf(source)?.[axis]];
      if (start === 0 && step === 1) continue;
      if (axis === 0 || step < 1 || (start < 0 && typeof size !== 'number')) return undefined;
      const first = start < 0 ? start + Number(size) : start;
      moved = moved.with(axis - 1, first + step * moved[axis - 1]!);
    }
    return [source, moved];
  }
  return undefined;
}

/** The same number of a sample in another shape. */
function reshaped(index: Index, now: readonly Dimension[] | undefined, then: readonly Dimension[] | undefined) {
  const [sizes, others] = [now?.slice(1), then?.slice(1)];
  if (!areNumbers(sizes) || !areNumbers(others)) return undefined;
  const count = (list: readonly number[]) => list.reduce((product, size) => product * size, 1);
  if (count(sizes) !== count(others) || then?.length === 0) return undefined;
  let offset = index.reduce((sum, at, axis) => sum * sizes[axis]! + at, 0);
  const moved = Array<number>(others.length);
  for (let axis = others.length - 1; axis >= 0; axis -= 1) {
    moved[axis] = offset % others[axis]!;
    offset = Math.floor(offset / others[axis]!);
  }
  return moved;
}

function areNumbers(dims: readonly Dimension[] | undefined): dims is readonly number[] {
  return dims !== undefined && dims.every((dim) => typeof dim === 'number');
}

/** Sizes of parts along an axis; one that is not known is what the others leave of the whole. */
function sizesOf(
  names: readonly string[],
  axis: number,
  { dimsOf, whole }: { readonly dimsOf: Place['dimsOf']; readonly whole: Dimension | undefined },
): readonly number[] | undefined {
  const sizes = names.map((name) => dimsOf(name)?.[axis]);
  const known = sizes.filter((size) => typeof size === 'number');
  if (known.length === sizes.length) return known;
  if (known.length < sizes.length - 1 || typeof whole !== 'number') return undefined;
  const rest = whole - known.reduce((sum, size) => sum + size, 0);
  return sizes.map((size) => (typeof size === 'number' ? size : rest));
}

function partOf(sizes: readonly number[], index: number) {
  let at = index;
  for (const [part, size] of sizes.entries()) {
    if (at < size) return { part, at };
    at -= size;
  }
  return undefined;
}

function listOf(value: AttributeValue | Tensor | undefined): readonly number[] | undefined {
  if (typeof value !== 'object') return undefined;
  if ('dims' in value) return [...toFloat32(value)];
  return value.every((each) => typeof each === 'number') ? value : undefined;
}
