import type { UpgradeRule } from './upgrade-rule.ts';

/** Opset 10 turned k from an attribute into an input; the largest, sorted, is still the default. */
export const topK: UpgradeRule = {
  operator: 'TopK',
  changedIn: 10,
  upgrade(node, { constant }) {
    return node.with({
      inputs: [node.inputs[0]!, constant('int64', [node.int('k', 1)])],
      attributes: { k: undefined },
    });
  },
};
