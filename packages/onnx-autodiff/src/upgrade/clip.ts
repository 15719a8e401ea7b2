import type { UpgradeRule } from './upgrade-rule.ts';

/** Opset 11 turned the bounds from attributes into inputs. */
export const clip: UpgradeRule = {
  operator: 'Clip',
  changedIn: 11,
  upgrade(node, { constant, floatType }) {
    const bound = (name: string) => {
      const value = node.float(name);
      return value === undefined ? '' : constant(floatType, [value], []);
    };
    return node.with({
      inputs: [node.inputs[0]!, bound('min'), bound('max')],
      attributes: { min: undefined, max: undefined },
    });
  },
};
