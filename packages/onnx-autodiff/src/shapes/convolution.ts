import { readWindow, windowOutput } from '../support/window.ts';
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
};
