import { labelsOf } from '../attributes/einsum-equation.ts';
import type { Dim, Shape } from '../types.ts';
import { broadcast, product, quotient } from './dims.ts';
import type { ShapeRule, ShapeRules } from './shape-rule.ts';

export const matMul: ShapeRule = (c) => {
  const a = c.input(0);
  const b = c.input(1);
  // The operator has no form for scalars.
  if (!a?.shape?.length || !b?.shape?.length) return c.set(0, a?.type ?? b?.type, undefined);
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

const attention: ShapeRule = (c) => {
  const [query, key, value] = [c.input(0), c.input(1), c.input(2)];
  const type = query?.type;
  if (!query?.shape || !key?.shape || !value?.shape) return c.set(0, type, undefined);
  const flat = query.shape.length === 3;
  const heads = (shape: readonly Dim[], count: number): readonly Dim[] =>
    flat ? [shape[0]!, count, shape[1]!, quotient([shape[2]!], [count])] : shape;
  const q = heads(query.shape, c.node.int('q_num_heads', 1));
  const k = heads(key.shape, c.node.int('kv_num_heads', 1));
  const v = heads(value.shape, c.node.int('kv_num_heads', 1));
  c.set(0, type, flat ? [q[0]!, q[2]!, product([q[1]!, v[3]!])] : [q[0]!, q[1]!, q[2]!, v[3]!]);
  // A cache in front makes the keys longer than the new ones.
  const length = c.node.inputs[4] ? c.unknowns.dim() : k[2]!;
  c.set(1, type, [k[0]!, k[1]!, length, k[3]!]);
  c.set(2, type, [v[0]!, v[1]!, length, v[3]!]);
  c.set(3, type, [q[0]!, q[1]!, q[2]!, length]);
};

export const linearAlgebraShapes: ShapeRules = { Attention: attention, Einsum: einsum, Gemm: gemm, MatMul: matMul };
