import { labelsOf } from '../support/einsum-equation.ts';
import type { Dim, Shape } from '../types.ts';
import { broadcast } from './dims.ts';
import type { ShapeRule, ShapeRules } from './shape-rule.ts';

const matMul: ShapeRule = (c) => {
  const a = c.input(0);
  const b = c.input(1);
  if (!a?.shape || !b?.shape) return c.set(0, a?.type ?? b?.type, undefined);
  // A vector counts as a row on the left and as a column on the right, and that axis goes afterwards.
  const rows: Shape = a.shape.length === 1 ? [] : [a.shape.at(-2)!];
  const columns: Shape = b.shape.length === 1 ? [] : [b.shape.at(-1)!];
  const batch = broadcast([a.shape.slice(0, -2), b.shape.slice(0, -2)], c.unknowns)!;
  return c.set(0, a.type ?? b.type, [...batch, ...rows, ...columns]);
};

const gemm: ShapeRule = (c) => {
  const a = c.input(0);
  const b = c.input(1);
  const rows = a?.shape?.[c.node.int('transA', 0) === 1 ? 1 : 0];
  const columns = b?.shape?.[c.node.int('transB', 0) === 1 ? 0 : 1];
  return c.set(0, a?.type ?? b?.type, [rows ?? c.unknowns.dim(), columns ?? c.unknowns.dim()]);
};

const einsum: ShapeRule = (c) => {
  const inputs = c.node.inputs.map((_, index) => c.input(index));
  const shapes: (readonly Dim[])[] = [];
  for (const input of inputs) {
    if (!input?.shape) return c.set(0, inputs[0]?.type, undefined);
    shapes.push(input.shape);
  }
  const labels = labelsOf(
    c.node,
    shapes.map((shape) => shape.length),
  );
  const sizeOf = (label: string): Dim => {
    const sizes = shapes.flatMap((shape, at) => shape.filter((_, axis) => labels.inputs[at]![axis] === label));
    return broadcast(
      sizes.map((size) => [size]),
      c.unknowns,
    )![0]!;
  };
  return c.set(0, inputs[0]?.type, [...labels.output].map(sizeOf));
};

export const linearAlgebraShapes: ShapeRules = { Einsum: einsum, Gemm: gemm, MatMul: matMul };
