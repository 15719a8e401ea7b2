import type { KeptFile, OpenExecutor, Outcome, WorkProof } from '@understory/core';
import { contractProof } from '@understory/testing/executor-work';
import { queue, type QueueOptions } from '../../src/index.ts';
import { quick } from './serving.ts';

interface Item {
  readonly id: string;
}

interface Asked extends Partial<QueueOptions> {
  readonly url: string;
  readonly proof?: WorkProof;
  readonly data?: unknown;
  readonly size?: number;
  readonly together?: number;
  readonly kept?: (name: string) => Promise<Uint8Array | undefined>;
  readonly signal?: AbortSignal;
}

/** A study of items that is handed out, with the files that it keeps and what it tells. */
export async function handingOut({
  proof = contractProof,
  data = {},
  size = 12,
  together = 2,
  kept,
  signal,
  ...options
}: Asked) {
  const files: KeptFile[] = [];
  const notices: (string | Error)[] = [];
  const opened: OpenExecutor<Item, unknown> = await queue({ timing: quick, ...options }).open<Item, unknown>({
    here: { execute: () => Promise.reject(new Error('not on other machines')) as never },
    elsewhere: { module: 'none', data, together, bytes: 1, machines: { data, prove: async () => proof } },
    ...{ size, keep: async (file) => void files.push(file), onNotice: (notice) => void notices.push(notice) },
    ...(kept && { kept }),
    ...(signal && { signal }),
  });
  return { opened, files, notices };
}

export async function* itemsOf(ids: readonly string[]): AsyncGenerator<Item> {
  for (const id of ids) yield { id };
}

export async function outcomesById(
  outcomes: AsyncIterable<Outcome<Item, unknown>>,
): Promise<ReadonlyMap<string, Outcome<Item, unknown>>> {
  const found = new Map<string, Outcome<Item, unknown>>();
  for await (const outcome of outcomes) {
    if (found.has(outcome.item.id)) throw new Error(`${outcome.item.id} came twice`);
    found.set(outcome.item.id, outcome);
  }
  return found;
}

/** Waits until something is so; throws where it is not in ten seconds. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error('it is never so');
    await new Promise<void>((resolve) => void setTimeout(resolve, 20));
  }
}
