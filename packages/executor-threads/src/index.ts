export { default } from './plugin.ts';
export { inThisProcess } from './in-this-process.ts';
export { threads, type ThreadsOptions } from './threads.ts';
export { batchFor, workerCount, type WorkerDemand } from './worker-count.ts';
