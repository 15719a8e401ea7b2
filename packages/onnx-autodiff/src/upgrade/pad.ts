import type { UpgradeRule } from './upgrade-rule.ts';

/** Opset 11 turned widths and value from attributes into inputs. */
export const pad: UpgradeRule = {
  operator: 'Pad',
  changedIn: 11,
  upgrade(node, { constant, typeOf }) {
    const [x] = node.inputs;
    const isConstant = node.string('mode', 'constant') === 'constant';
    return node.with({
      inputs: [
        x!,
        constant('int64', node.ints('pads', [])),
        ...(isConstant ? [constant(typeOf(x!), [node.float('value', 0)], [])] : []),
      ],
      attributes: { pads: undefined, value: undefined },
    });
  },
};
