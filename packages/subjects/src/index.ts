export { default } from './plugin.ts';
export { kinds } from './kinds.ts';
export type { NamedKind } from './kinds.ts';
