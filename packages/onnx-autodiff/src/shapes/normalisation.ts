import type { ShapeRule, ShapeRules } from './shape-rule.ts';

const same: ShapeRule = (c) => {
  const x = c.input(0);
  c.set(0, x?.type, x?.shape);
};

export const normalisationShapes: ShapeRules = {
  BatchNormalization: (c) => {
    const x = c.input(0);
    c.set(0, x?.type, x?.shape);
    for (const output of [1, 2, 3, 4]) c.set(output, c.input(3)?.type, c.input(3)?.shape);
  },
  Dropout: (c) => {
    const x = c.input(0);
    c.set(0, x?.type, x?.shape);
    c.set(1, 'bool', x?.shape);
  },
  LRN: same,
};
