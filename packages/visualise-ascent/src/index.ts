export { default } from './plugin.ts';
export { ascent, type Ascent } from './ascent.ts';
export type { AscentValues } from './options.ts';
