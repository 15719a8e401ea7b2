import type { Dim, Shape } from '../types.ts';
import { broadcast } from './dims.ts';
import type { ShapeRule, ShapeRules } from './shape-rule.ts';

const transposed = (shape: Shape, turn: boolean): Shape =>
  turn && shape ? [...shape.slice(0, -2), ...shape.slice(-2).reverse()] : shape;

/** Batches of matrices; batches that lie elsewhere than in front are left open. */
const fusedMatMul: ShapeRule = (c) => {
  const [a, b] = [c.input(0), c.input(1)];
  const flag = (name: string) => c.node.int(name, 0) === 1;
  const left = transposed(a?.shape, flag('transA'));
  const right = transposed(b?.shape, flag('transB'));
  const batchElsewhere = flag('transBatchA') || flag('transBatchB');
  if (!left || !right || left.length < 2 || right.length < 2 || batchElsewhere) return c.set(0, a?.type, undefined);
  const batch: readonly Dim[] = broadcast([left.slice(0, -2), right.slice(0, -2)], c.unknowns)!;
  return c.set(0, a?.type, [...batch, left.at(-2)!, right.at(-1)!]);
};

/** Operators of com.microsoft without a standard namesake. */
export const contribShapes: ShapeRules = { FusedMatMul: fusedMatMul };
