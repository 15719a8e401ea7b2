import type { LockRequest } from '@understory/core';

/** One of several processes that share a run: it takes the items whose place leaves the rest `index` when divided by `count`. */
export interface Shard {
  /** From 0. */
  readonly index: number;
  readonly count: number;
}

const logOfShard = /^rows-\d+-of-\d+\.jsonl$/;
const logOfAll = 'rows.jsonl';

/** Throws a RangeError for a shard that there is not. */
export function checkShard({ index, count }: Shard): void {
  if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(index) || index < 0 || index >= count) {
    throw new RangeError(`there is no shard ${index} of ${count}; shards are counted from 0`);
  }
}

export function isOfShard(at: number, shard: Shard | undefined): boolean {
  return shard === undefined || at % shard.count === shard.index;
}

/** How many of the first `items` a shard takes. */
export function sizeOfShard(items: number, shard: Shard | undefined): number {
  return shard === undefined ? items : Math.max(0, Math.ceil((items - shard.index) / shard.count));
}

export function logName(shard: Shard | undefined): string {
  return shard === undefined ? logOfAll : `rows-${shard.index}-of-${shard.count}.jsonl`;
}

/** The logs among the names of a folder. */
export function logNames(names: readonly string[]): readonly string[] {
  return names.filter((name) => name === logOfAll || logOfShard.test(name));
}

/** The lock of a shard stands beside those of the other shards of as many; any other excludes all. */
export function lockOf(shard: Shard | undefined): LockRequest {
  if (shard === undefined) return { name: 'run', beside: () => false };
  const { index, count } = shard;
  return { name: `shard-${index}-of-${count}`, beside: (other) => other.endsWith(`-of-${count}`) };
}
