import { readWindow, windowOutput } from '../attributes/window.ts';
import type { Dim } from '../types.ts';
import { formula, product } from './dims.ts';
import { sumName } from './size-names.ts';
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

/** As large as the pooling was before which gives this size, or as said. */
const unpooling: ShapeRule = (c) => {
  const x = c.input(0);
  const kernel = c.node.ints('kernel_shape', []);
  const [strides, pads] = [
    c.node.ints(
      'strides',
      kernel.map(() => 1),
    ),
    c.node.ints('pads', []),
  ];
  const said = c.known(2)?.values;
  if (said || c.input(2)) return c.set(0, x?.type, said ?? (x?.shape && c.unknowns.shape(x.shape.length)));
  const size = (places: Dim, axis: number) => {
    const rest = kernel[axis]! - strides[axis]! - (pads[axis] ?? 0) - (pads[axis + kernel.length] ?? 0);
    const write = ([count]: readonly [Dim]) => sumName([product([count, strides[axis]!]), rest]);
    return formula(write, [places], (count) => count * strides[axis]! + rest);
  };
  c.set(
    0,
    x?.type,
    x?.shape?.map((places, axis) => (axis < 2 ? places : size(places, axis - 2))),
  );
};

export const poolingShapes: ShapeRules = {
  AveragePool: pooling,
  GlobalAveragePool: global,
  GlobalLpPool: global,
  GlobalMaxPool: global,
  LpPool: pooling,
  MaxPool: pooling,
  MaxUnpool: unpooling,
};
