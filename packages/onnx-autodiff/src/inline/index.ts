export { inlineBranches } from './inline-branches.ts';
export { inlineFunctions } from './inline-functions.ts';
