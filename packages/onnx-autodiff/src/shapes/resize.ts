import type { Dim } from '../types.ts';
import { formula, normaliseAxis, product } from './dims.ts';
import type { ShapeContext, ShapeRules } from './shape-rule.ts';
import { floorOf, operand } from './size-names.ts';

export const resizeShapes: ShapeRules = {
  DepthToSpace: (c) =>
    moveBlocks(
      c,
      (size, block) =>
        formula(
          ([whole]) => floorOf(whole, block * block),
          [size],
          (a) => a / block ** 2,
        ),
      (size, block) => product([size, block]),
    ),
  SpaceToDepth: (c) =>
    moveBlocks(
      c,
      (size, block) => product([size, block * block]),
      (size, block) =>
        formula(
          ([whole]) => floorOf(whole, block),
          [size],
          (a) => a / block,
        ),
    ),
  AffineGrid: (c) => {
    const theta = c.input(0);
    const rank = theta?.shape?.[1];
    const listed = c.input(1)?.shape?.[0];
    const size = c.known(1)?.values;
    const axes =
      size?.slice(2) ??
      (typeof listed === 'number'
        ? c.unknowns.shape(listed - 2)
        : typeof rank === 'number'
          ? c.unknowns.shape(rank)
          : undefined);
    c.set(0, theta?.type, axes && [size?.[0] ?? theta?.shape?.[0] ?? c.unknowns.dim(), ...axes, axes.length]);
  },
  RoiAlign: (c) => {
    const [x, regions] = [c.input(0), c.input(1)];
    const bins = ['output_height', 'output_width'].map((name) => c.node.int(name, 1));
    const [count, channels] = [regions?.shape?.[0], x?.shape?.[1]];
    c.set(0, x?.type, [count ?? c.unknowns.dim(), channels ?? c.unknowns.dim(), ...bins]);
  },
  GridSample: (c) => {
    const x = c.input(0);
    const grid = c.input(1);
    const [batch, channels] = x?.shape ?? [];
    const shape = grid?.shape && [batch ?? grid.shape[0]!, channels ?? c.unknowns.dim(), ...grid.shape.slice(1, -1)];
    c.set(0, x?.type, shape);
  },
  Resize: (c) => {
    const x = c.input(0);
    const shape = x?.shape;
    if (!shape) return c.set(0, x?.type, undefined);
    const listed = c.node.ints('axes');
    const axes =
      listed && listed.length > 0
        ? listed.map((axis) => normaliseAxis(axis, shape.length))
        : shape.map((_, axis) => axis);
    const policy = c.node.string('keep_aspect_ratio_policy', 'stretch');
    const sizes = c.input(3) ? c.known(3)?.values : undefined;
    const scales = c.input(3) ? undefined : c.numbers(2);
    c.set(
      0,
      x.type,
      shape.map((size, axis) => {
        const place = axes.indexOf(axis);
        if (place < 0) return size;
        if (policy !== 'stretch') return c.unknowns.dim();
        if (sizes) return sizes[place] ?? c.unknowns.dim();
        const scale = scales?.[place];
        if (scale === undefined) return c.unknowns.dim();
        if (scale === 1) return size;
        // float32, as the runtime multiplies.
        const write = () => (Number.isInteger(scale) ? product([size, scale]) : `floor(${scale}*${operand(size)})`);
        return formula(write, [size], (known) => Math.floor(Math.fround(known * scale)));
      }),
    );
  },
};

function moveBlocks(
  c: ShapeContext,
  depth: (size: Dim, block: number) => Dim,
  space: (size: Dim, block: number) => Dim,
): void {
  const x = c.input(0);
  const block = c.node.int('blocksize', 1);
  c.set(
    0,
    x?.type,
    x?.shape?.map((size, axis) => (axis === 0 ? size : axis === 1 ? depth(size, block) : space(size, block))),
  );
}
