import { normaliseAxis } from '../shapes/dims.ts';
import { staticShape } from '../types.ts';
import type { UpgradeRule } from './upgrade-rule.ts';

/** Until opset 13 these ran over all axes from `axis` on, 1 by default, as one; since then over one axis, by default the last. */
export const softmax: readonly UpgradeRule[] = ['Softmax', 'LogSoftmax', 'Hardmax'].map((operator) => ({
  operator,
  changedIn: 13,
  upgrade(node, { before, constant, value }) {
    const [x] = node.inputs;
    const { shape } = value(x!);
    const axis = node.int('axis', 1);
    const behind = shape?.slice(normaliseAxis(axis, shape.length) + 1);
    if (axis === -1 || behind?.every((size) => size === 1)) return node.with({ attributes: { axis } });
    const known = staticShape(shape);
    const flat = before('Flatten', [x!], { axis });
    return node.with({
      operator: 'Reshape',
      inputs: [before(operator, [flat], { axis: -1 }), known ? constant('int64', known) : before('Shape', [x!])],
      attributes: { axis: undefined },
    });
  },
}));
