import { readWindow, windowOutput } from '../attributes/window.ts';
import type { ShapeRule, ShapeRules } from './shape-rule.ts';

const pooling: ShapeRule = (c) => {
  const x = c.input(0);
  const window = readWindow(c.node, x?.shape);
  const rank = window && window.rank + 2;
  const sizes = x?.shape ?? (rank === undefined ? undefined : c.unknowns.shape(rank));
  const shape = window &&
    sizes && [...sizes.slice(0, 2), ...(x?.shape ? windowOutput(window, sizes.slice(2)) : sizes.slice(2))];
  c.set(0, x?.type, shape);
  c.set(1, 'int64', shape);
};

const global: ShapeRule = (c) => {
  const x = c.input(0);
  c.set(
    0,
    x?.type,
    x?.shape?.map((size, axis) => (axis < 2 ? size : 1)),
  );
};

export const poolingShapes: ShapeRules = {
  AveragePool: pooling,
  GlobalAveragePool: global,
  GlobalLpPool: global,
  GlobalMaxPool: global,
  LpPool: pooling,
  MaxPool: pooling,
};
