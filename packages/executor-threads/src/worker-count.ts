/** What decides how many workers there are. */
export interface WorkerDemand {
  /** How many are asked for at most; 0 for one a core. */
  readonly asked: number;
  readonly cores: number;
  /** How many items there are. */
  readonly items: number;
  /** Of memory that each takes. */
  readonly bytes: number;
  /** Of memory that is free. */
  readonly free: number;
}

/** Of the memory that is free, what workers may take: the rest is for pictures and what else runs. */
const mostOfMemory = 0.8;

/** How many workers there are, and whether there would be more if there were more memory; at least one. */
export function workerCount({ asked, cores, items, bytes, free }: WorkerDemand): {
  readonly count: number;
  readonly wanted: number;
} {
  const wanted = Math.max(1, Math.min(asked === 0 ? cores : asked, items));
  const fitting = Math.floor((mostOfMemory * free) / bytes);
  return { count: Math.max(1, Math.min(wanted, fitting)), wanted };
}
