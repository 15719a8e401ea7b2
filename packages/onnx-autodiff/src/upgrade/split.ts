import type { UpgradeRule } from './upgrade-rule.ts';

/** Opset 13 turned the sizes from an attribute into an input; opset 18 wants the number of equal parts said where they are left out. */
export const split: UpgradeRule = {
  operator: 'Split',
  changedIn: 18,
  upgrade(node, { constant, from }) {
    const [x, sizes] = node.inputs;
    if (from >= 13) {
      return sizes ? node : node.with({ inputs: [x!], attributes: { num_outputs: node.outputs.length } });
    }
    const widths = node.ints('split');
    return widths
      ? node.with({ inputs: [x!, constant('int64', widths)], attributes: { split: undefined } })
      : node.with({ inputs: [x!], attributes: { num_outputs: node.outputs.length } });
  },
};
