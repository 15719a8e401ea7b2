export { default } from './plugin.ts';
export { queue, type QueueOptions } from './queue.ts';
