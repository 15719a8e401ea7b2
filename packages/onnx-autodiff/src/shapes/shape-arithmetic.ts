import { readTensor } from '../tensor.ts';
import { elementTypeOf, staticShape, type Dim } from '../types.ts';
import { formula, product } from './dims.ts';
import { countOf } from './known.ts';
import type { ShapeRule, ShapeRules } from './shape-rule.ts';

const largest = 4096;

const shapeOf: ShapeRule = (c) => {
  const shape = c.input(0)?.shape;
  if (!shape) return c.set(0, 'int64', [c.unknowns.dim()]);
  // JavaScript's slice clamps and counts from the end as ONNX does.
  const part = shape.slice(c.node.int('start', 0), c.node.int('end', shape.length));
  return c.set(0, 'int64', [part.length], part);
};

const size: ShapeRule = (c) => {
  const shape = c.input(0)?.shape;
  return c.set(0, 'int64', [], shape && [product(shape)]);
};

const constantOfShape: ShapeRule = (c) => {
  const tensor = c.node.tensor('value');
  const type = tensor ? elementTypeOf(tensor.dataType) : 'float32';
  const value = tensor ? readTensor(tensor)?.values[0] : 0;
  const length = c.input(0)?.shape?.[0];
  const shape = c.known(0)?.values ?? (typeof length === 'number' ? c.unknowns.shape(length) : undefined);
  const sizes = staticShape(shape);
  const count = sizes && countOf(sizes);
  const fill = count !== undefined && count <= largest && value !== undefined;
  return c.set(0, type, shape, fill ? Array<Dim>(count).fill(value) : undefined);
};

const range: ShapeRule = (c) => {
  const type = c.input(0)?.type;
  const [start, limit, delta] = [0, 1, 2].map((index) => c.known(index)?.values[0]);
  if (start === undefined || limit === undefined || delta === undefined) return c.set(0, type, [c.unknowns.dim()]);
  if (start === 0 && delta === 1 && typeof limit === 'string') return c.set(0, type, [limit]);
  const count = formula('range', [start, limit, delta], (from, to, by) => Math.max(0, Math.ceil((to - from) / by)));
  const small = typeof count === 'number' && count <= largest && typeof start === 'number' && typeof delta === 'number';
  return c.set(0, type, [count], small ? Array.from({ length: count }, (_, at) => start + at * delta) : undefined);
};

const nonZero: ShapeRule = (c) => {
  const x = c.input(0);
  const values = c.numbers(0);
  const dims = staticShape(x?.shape);
  // A scalar counts as a vector of one element.
  const rank = x?.shape && Math.max(1, x.shape.length);
  if (!values || !dims) return c.set(0, 'int64', rank === undefined ? undefined : [rank, c.unknowns.dim()]);
  const places = values.flatMap((value, at) => (value === 0 ? [] : [at]));
  const sizes = dims.length === 0 ? [1] : dims;
  const rows = sizes.flatMap((along, axis) => {
    const stride = countOf(sizes.slice(axis + 1));
    return places.map((place) => Math.floor(place / stride) % along);
  });
  return c.set(0, 'int64', [sizes.length, places.length], rows);
};

export const shapeArithmeticShapes: ShapeRules = {
  ConstantOfShape: constantOfShape,
  NonZero: nonZero,
  Range: range,
  Shape: shapeOf,
  Size: size,
};
