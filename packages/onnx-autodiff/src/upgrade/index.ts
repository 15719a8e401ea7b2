export { raiseOpset, workingOpset } from './raise-opset.ts';
export { upgradeRules } from './upgrade-rules.ts';
