import type { UpgradeRule } from './upgrade-rule.ts';

/** Opset 10 turned starts, ends and axes from attributes into inputs. */
export const slice: UpgradeRule = {
  operator: 'Slice',
  changedIn: 10,
  upgrade(node, { constant }) {
    const starts = node.ints('starts', []);
    const axes = node.ints(
      'axes',
      starts.map((_, axis) => axis),
    );
    return node.with({
      inputs: [
        node.inputs[0]!,
        constant('int64', starts),
        constant('int64', node.ints('ends', [])),
        constant('int64', axes),
      ],
      attributes: { starts: undefined, ends: undefined, axes: undefined },
    });
  },
};
