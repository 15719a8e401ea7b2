import type { UpgradeRule } from './upgrade-rule.ts';

/** The rule of an operator whose attribute `axes` became an input. */
export function axesInput(operator: string, changedIn: number): UpgradeRule {
  return {
    operator,
    changedIn,
    upgrade(node, { constant }) {
      const axes = node.ints('axes');
      return node.with({
        inputs: axes ? [node.inputs[0]!, constant('int64', axes)] : [node.inputs[0]!],
        attributes: { axes: undefined },
      });
    },
  };
}
