export { modelAt, type ResolvedModel } from './model-places.ts';
export type { FoundEntry, ModelFiles, Paths } from './model-files.ts';
export { posixPaths } from './posix-paths.ts';
