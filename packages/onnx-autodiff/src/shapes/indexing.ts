import type { Dim } from '../types.ts';
import { normaliseAxis } from './dims.ts';
import { take } from './known.ts';
import type { ShapeRule, ShapeRules } from './shape-rule.ts';

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);

const same: ShapeRule = (c) => c.set(0, c.input(0)?.type, c.input(0)?.shape);

const gather: ShapeRule = (c) => {
  const x = c.input(0);
  const indices = c.input(1);
  if (!x?.shape || !indices?.shape) return c.set(0, x?.type, undefined);
  const at = normaliseAxis(c.node.int('axis', 0), x.shape.length);
  const shape = [...x.shape.slice(0, at), ...indices.shape, ...x.shape.slice(at + 1)];
  const known = c.known(0);
  const picked = c.numbers(1)?.map((index) => normaliseAxis(index, known?.dims[at] ?? 0));
  const inside = known && picked?.every((index) => index >= 0 && index < known.dims[at]!);
  const places = inside ? known.dims.map((size, axis) => (axis === at ? picked! : upTo(size))) : undefined;
  return c.set(0, x.type, shape, places && take(known!, places).values);
};

const gatherElements: ShapeRule = (c) => c.set(0, c.input(0)?.type, c.input(1)?.shape);

const gatherND: ShapeRule = (c) => {
  const x = c.input(0);
  const indices = c.input(1)?.shape;
  const batch = c.node.int('batch_dims', 0);
  const depth = indices?.at(-1);
  if (!x?.shape || !indices || typeof depth !== 'number') return c.set(0, x?.type, undefined);
  return c.set(0, x.type, [...indices.slice(0, -1), ...x.shape.slice(batch + depth)]);
};

const topK: ShapeRule = (c) => {
  const x = c.input(0);
  const at = x?.shape && normaliseAxis(c.node.int('axis', -1), x.shape.length);
  const shape = at === undefined ? undefined : x!.shape!.with(at, c.known(1)?.values[0] ?? c.unknowns.dim());
  c.set(0, x?.type, shape);
  c.set(1, 'int64', shape);
};

const oneHot: ShapeRule = (c) => {
  const indices = c.input(0)?.shape;
  const type = c.input(2)?.type;
  if (!indices) return c.set(0, type, undefined);
  const depth: Dim = c.known(1)?.values[0] ?? c.unknowns.dim();
  const at = normaliseAxis(c.node.int('axis', -1), indices.length + 1);
  return c.set(0, type, [...indices.slice(0, at), depth, ...indices.slice(at)]);
};

const compress: ShapeRule = (c) => {
  const x = c.input(0);
  const axis = c.node.int('axis');
  if (axis === undefined) return c.set(0, x?.type, [c.unknowns.dim()]);
  return c.set(0, x?.type, x?.shape?.with(normaliseAxis(axis, x.shape.length), c.unknowns.dim()));
};

export const indexingShapes: ShapeRules = {
  Compress: compress,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  OneHot: oneHot,
  ScatterElements: same,
  ScatterND: same,
  TopK: topK,
};
