export { default } from './plugin.ts';
export { questionAnswering } from './answerer/kind.ts';
export { mdetr } from './probe/mdetr.ts';
export type { HeldRow } from './probe/held/held-row.ts';
export type { QuestionRow } from './probe/row.ts';
