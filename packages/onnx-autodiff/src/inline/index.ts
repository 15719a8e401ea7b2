export { inlineBranches } from './inline-branches.ts';
export { inlineFunctions } from './inline-functions.ts';
export { Scope } from './names.ts';
export { renameBody } from './rename.ts';
