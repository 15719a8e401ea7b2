export { default } from './plugin.ts';
export { imageTextMatching } from './matcher/kind.ts';
export type { CaptionsAnswer } from './matcher/matcher.ts';
export { clip } from './probe/clip.ts';
export type { CaptionRow } from './probe/row.ts';
