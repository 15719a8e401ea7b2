import { staticShape, type Dim } from '../types.ts';
import { normaliseAxis, product } from './dims.ts';
import type { ShapeContext, ShapeRule, ShapeRules } from './shape-rule.ts';

const same: ShapeRule = (c) => c.set(0, c.input(0)?.type, c.input(0)?.shape);

/** Sets the shape of a reduction; `whole` computes the result where everything is reduced and the elements are known. */
function reduced(c: ShapeContext, whole?: (values: readonly Dim[]) => Dim | undefined): void {
  const x = c.input(0);
  const keep = c.node.int('keepdims', 1) === 1;
  // Before a graph is raised to opset 18 the axes are an attribute.
  const given = c.node.inputs[1] ? c.numbers(1) : (c.node.ints('axes') ?? []);
  if (!x?.shape || !given) {
    // Which axes go is not known, but with keepdims they stay in place.
    return c.set(0, x?.type, keep && x?.shape ? c.unknowns.shape(x.shape.length) : undefined);
  }
  const { shape, type } = x;
  const nothing = given.length === 0 && c.node.int('noop_with_empty_axes', 0) === 1;
  const axes = given.map((axis) => normaliseAxis(axis, shape.length));
  const gone = (axis: number) => !nothing && (axes.length === 0 || axes.includes(axis));
  const result = keep ? shape.map((dim, axis): Dim => (gone(axis) ? 1 : dim)) : shape.filter((_, axis) => !gone(axis));
  const known = c.known(0)?.values;
  const value = known && shape.every((_, axis) => gone(axis)) ? whole?.(known) : undefined;
  return c.set(0, type, result, value === undefined ? undefined : [value]);
}

/** A reduction that shape arithmetic may contain, of numbers alone. */
const numeric =
  (whole: (values: readonly number[]) => number): ShapeRule =>
  (c) =>
    reduced(c, (values) => {
      const numbers = staticShape(values);
      return numbers && numbers.length > 0 ? whole(numbers) : undefined;
    });

const plain: ShapeRule = (c) => reduced(c);

const arg: ShapeRule = (c) => {
  const shape = c.input(0)?.shape;
  if (!shape) return c.set(0, 'int64', undefined);
  const at = normaliseAxis(c.node.int('axis', 0), shape.length);
  const keep = c.node.int('keepdims', 1) === 1;
  return c.set(0, 'int64', keep ? shape.with(at, 1) : shape.filter((_, axis) => axis !== at));
};

export const reductionShapes: ShapeRules = {
  ArgMax: arg,
  ArgMin: arg,
  CumProd: same,
  CumSum: same,
  ReduceL1: plain,
  ReduceL2: plain,
  ReduceLogSum: plain,
  ReduceLogSumExp: plain,
  ReduceMax: numeric((values) => values.reduce((a, b) => Math.max(a, b), -Infinity)),
  ReduceMean: plain,
  ReduceMin: numeric((values) => values.reduce((a, b) => Math.min(a, b), Infinity)),
  ReduceProd: (c) => reduced(c, product),
  ReduceSum: numeric((values) => values.reduce((total, value) => total + value, 0)),
  ReduceSumSquare: plain,
};
