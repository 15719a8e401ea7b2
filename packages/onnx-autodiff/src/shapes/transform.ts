import type { Dim } from '../types.ts';
import { formula, normaliseAxis } from './dims.ts';
import type { ShapeRules } from './shape-rule.ts';
import { floorOf, sumName } from './size-names.ts';

/** Fourier transforms: complex numbers lie along the last axis. */
export const transformShapes: ShapeRules = {
  DFT: (c) => {
    const x = c.input(0);
    const rank = x?.shape?.length;
    if (!x?.shape || rank === undefined) return c.set(0, x?.type, undefined);
    // Opset 17 counts from the front where nothing is given, opset 20 from the back: the same axis of three.
    const given = c.node.int('axis') ?? c.numbers(2)?.[0] ?? (rank === 3 && !c.input(2) ? 1 : undefined);
    if (given === undefined) return c.set(0, x.type, [...c.unknowns.shape(rank - 1), 2]);
    const axis = normaliseAxis(given, rank);
    const length = c.input(1) ? (c.known(1)?.values[0] ?? c.unknowns.dim()) : x.shape[axis]!;
    const half = () =>
      formula(
        ([whole]: readonly [Dim]) => sumName([floorOf(whole, 2), 1]),
        [length],
        (whole) => Math.floor(whole / 2) + 1,
      );
    const bins = c.node.int('onesided', 0) === 1 ? half() : length;
    c.set(0, x.type, [...x.shape.slice(0, -1).with(axis, bins), 2]);
  },
};
