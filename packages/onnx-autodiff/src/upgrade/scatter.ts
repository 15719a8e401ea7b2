import type { UpgradeRule } from './upgrade-rule.ts';

/** Opset 11 renamed it. */
export const scatter: UpgradeRule = {
  operator: 'Scatter',
  changedIn: 11,
  upgrade: (node) => node.with({ operator: 'ScatterElements' }),
};
