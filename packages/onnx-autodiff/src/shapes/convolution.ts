import { readTransposedWindow, transposedOutput } from '../attributes/transposed-window.ts';
import { readWindow, windowOutput } from '../attributes/window.ts';
import { product, quotient } from './dims.ts';
import type { ShapeRules } from './shape-rule.ts';

export const convolutionShapes: ShapeRules = {
  Conv: (c) => {
    const x = c.input(0);
    const w = c.input(1);
    const window = readWindow(c.node, x?.shape, w?.shape);
    if (!window) return c.set(0, x?.type, undefined);
    const spatial = x?.shape ? windowOutput(window, x.shape.slice(2)) : c.unknowns.shape(window.rank);
    c.set(0, x?.type, [x?.shape?.[0] ?? c.unknowns.dim(), w?.shape?.[0] ?? c.unknowns.dim(), ...spatial]);
  },
  Col2Im: (c) => {
    const [columns, block] = [c.input(0), c.numbers(2)];
    const image = c.known(1)?.values;
    const rank = [image?.length, block?.length, c.input(1)?.shape?.[0]].find((size) => typeof size === 'number');
    if (rank === undefined) return c.set(0, columns?.type, undefined);
    const [batch, rows] = columns?.shape ?? [];
    const channels = rows === undefined || !block ? c.unknowns.dim() : quotient([rows], block);
    c.set(0, columns?.type, [batch ?? c.unknowns.dim(), channels, ...(image ?? c.unknowns.shape(rank))]);
  },
  DeformConv: (c) => {
    const [x, w, offset] = [c.input(0), c.input(1), c.input(2)];
    const [batch, , ...places] = offset?.shape ?? [];
    if (places.length === 0) return c.set(0, x?.type, undefined);
    c.set(0, x?.type, [x?.shape?.[0] ?? batch!, w?.shape?.[0] ?? c.unknowns.dim(), ...places]);
  },
  ConvTranspose: (c) => {
    const x = c.input(0);
    const w = c.input(1);
    const window = readTransposedWindow(c.node, x?.shape, w?.shape);
    const rank = x?.shape?.length ?? w?.shape?.length;
    if (rank === undefined) return c.set(0, x?.type, undefined);
    const channels = w?.shape?.[1];
    const spatial = window && x?.shape ? transposedOutput(window, x.shape.slice(2)) : c.unknowns.shape(rank - 2);
    c.set(0, x?.type, [
      x?.shape?.[0] ?? c.unknowns.dim(),
      channels === undefined ? c.unknowns.dim() : product([channels, c.node.int('group', 1)]),
      ...spatial,
    ]);
  },
};
