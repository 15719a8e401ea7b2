import type { UpgradeRule } from './upgrade-rule.ts';

/** Opset 11 turned the bounds from attributes into inputs. */
export const clip: UpgradeRule = {
  operator: 'Clip',
  changedIn: 11,
  upgrade(node, { constant, typeOf }) {
    const [x] = node.inputs;
    const bound = (name: string) => {
      const value = node.float(name);
      return value === undefined ? '' : constant(typeOf(x!), [value], []);
    };
    return node.with({ inputs: [x!, bound('min'), bound('max')], attributes: { min: undefined, max: undefined } });
  },
};
