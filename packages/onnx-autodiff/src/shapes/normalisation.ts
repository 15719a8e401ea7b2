import { normaliseAxis } from './dims.ts';
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
  GroupNormalization: same,
  InstanceNormalization: same,
  LRN: same,
  LayerNormalization: (c) => {
    const x = c.input(0);
    const rank = x?.shape?.length ?? 0;
    const axis = normaliseAxis(c.node.int('axis', -1), rank);
    const statistics = x?.shape?.map((size, at) => (at < axis ? size : 1));
    // The statistics are computed in float32 whatever the input is, unless the node says otherwise.
    const type = c.node.int('stash_type', 1) === 1 ? 'float32' : x?.type;
    c.set(0, x?.type, x?.shape);
    c.set(1, type, statistics);
    c.set(2, type, statistics);
  },
  LpNormalization: same,
  MeanVarianceNormalization: same,
  RMSNormalization: same,
};
