export { default } from './plugin.ts';
export type { ShuffleRow } from './row.ts';
export { shuffle } from './shuffle.ts';
