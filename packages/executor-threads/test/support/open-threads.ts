import type { KeptFile, OpenExecutor, Outcome } from '@understory/core';
import { threads, type ThreadsOptions } from '../../src/index.ts';

const here = (path: string) => new URL(path, import.meta.url);

/** What lets a worker import sources. */
export const onSources = [
  '--conditions=@understory/source',
  '--disable-warning=ExperimentalWarning',
  '--import',
  here('../../../experiments/test/support/typescript.mjs').href,
] as const;

export const moduleOf = (path: string) => here(path).href;

export const contractModule = moduleOf('../../../testing/src/executor-work.ts');

interface Asked extends ThreadsOptions {
  readonly module: string;
  readonly data: unknown;
  readonly together?: number;
  readonly bytes?: number;
  readonly size?: number;
}

/** An executor of threads that work from sources, with the files that it keeps. */
export async function openThreads({ module, data, together = 2, bytes = 2 ** 20, size = 12, ...options }: Asked) {
  const kept: KeptFile[] = [];
  const opened: OpenExecutor<{ readonly id: string }, unknown> = await threads({
    execArgv: onSources,
    ...options,
  }).open<{ readonly id: string }, unknown>({
    here: { execute: () => Promise.reject(new Error('not in threads')) as never },
    ...{ elsewhere: { module, data, together, bytes }, size, keep: async (file) => void kept.push(file) },
  });
  return { opened, kept };
}

export async function* itemsOf(ids: readonly string[]): AsyncGenerator<{ readonly id: string }> {
  for (const id of ids) yield { id };
}

export async function outcomesById(outcomes: AsyncIterable<Outcome<{ readonly id: string }, unknown>>) {
  const found = new Map<string, Outcome<{ readonly id: string }, unknown>>();
  for await (const outcome of outcomes) found.set(outcome.item.id, outcome);
  return found;
}
