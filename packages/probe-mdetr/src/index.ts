export { default } from './plugin.ts';
export { questionAnswering } from './answerer/kind.ts';
