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

/** Of a study each worker gets so many batches of a size at least before they become smaller. */
const leastBatches = 2;

/**
 * How many items the next batch has, where `together` are best worked on together and so many are left: fewer towards the end, so that all
 * workers end at about the same time. Halves and quarters only, for a network is compiled for each size.
 */
export function batchFor({
  together,
  left,
  count,
}: {
  readonly together: number;
  readonly left: number;
  readonly count: number;
}): number {
  const sizes = [together, Math.ceil(together / 2)];
  return sizes.find((size) => left >= leastBatches * count * size) ?? Math.ceil(together / 4);
}
