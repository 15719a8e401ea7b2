export * from './backend-contract.ts';
export * from './chain-model.ts';
export * from './chain-steps.ts';
export * from './contract-case.ts';
export * from './differentiable-backend-contract.ts';
export * from './explainer-contract.ts';
export * from './golden.ts';
export * from './samples.ts';
