import { environmentFailure, type Experiment } from '@understory/core';
import {
  inProcess,
  runExperiment,
  type Executor,
  type RunResult,
  type Shard,
  type Table,
} from '@understory/experiments';
import { nodeStore } from '@understory/experiments/node';
import { cliErrors } from './errors.ts';
import type { Io } from './io.ts';
import { formatError } from './report-error.ts';
import type { Steps } from './steps.ts';
import { throughputOn } from './throughput.ts';

export interface FolderRun<Item, Row, Summary> {
  readonly experiment: Experiment<Item, Row, Summary>;
  readonly items: AsyncIterable<Item>;
  /** How many items there are. */
  readonly total: number;
  readonly folder: string;
  readonly description: Readonly<Record<string, unknown>>;
  readonly seed: number;
  readonly tables?: readonly Table<Row>[];
  readonly shard?: Shard | undefined;
  readonly strict?: boolean | undefined;
  readonly retryFailed?: boolean | undefined;
  /** Two images under way at once without one, so that the next is read and decoded while one is in the network. */
  readonly executor?: Executor<Item, Row>;
  /** How far things are within an image. */
  readonly steps?: Steps;
}

/**
 * Runs an experiment into its folder, telling how far it is, and of each image that fails as it fails.
 * Throws INTERRUPTED when the user stops it, and what `runExperiment` throws.
 */
export async function runIntoFolder<Item extends { readonly id: string }, Row, Summary>(
  { folder, shard, strict = false, retryFailed = false, steps, ...run }: FolderRun<Item, Row, Summary>,
  io: Io,
  { json, quiet }: { readonly json: boolean; readonly quiet: boolean },
): Promise<RunResult<Summary>> {
  const { experiment, total, seed } = run;
  const { signal } = io;
  io.standing?.({ kind: 'begun', asked: total, resumes: true });
  let progress: ReturnType<typeof throughputOn> | undefined;
  let finished = 0;
  const executor = run.executor ?? inProcess({ experiment, seed, concurrency: 2, signal });
  if (steps !== undefined) steps.listener = (step) => progress?.within(step);
  const tellOf = (item: Item, error: unknown) => {
    const text = formatError(io, error, { json, context: { image: item.id } });
    if (progress === undefined) io.stderr.write(text);
    else progress.write(text);
  };
  return runExperiment({
    ...run,
    store: nodeStore(folder),
    ...{ strict, retryFailed },
    ...(shard !== undefined && { shard }),
    executor: {
      async *execute(items) {
        for await (const outcome of executor.execute(items)) {
          // What stops the run is told of once, at its end.
          const isRecorded = 'error' in outcome && !strict && environmentFailure(outcome.error) === undefined;
          if (isRecorded && !signal.aborted) tellOf(outcome.item, outcome.error);
          yield outcome;
        }
      },
    },
    onProgress(reached) {
      finished = reached.done + reached.failed;
      progress ??= throughputOn(io, reached.total ?? total, { quiet });
      progress.update(reached);
      io.standing?.({ kind: 'counted', done: finished, asked: reached.total ?? total });
    },
    signal,
  })
    .catch((error: unknown) => {
      if (!signal.aborted) throw error;
      throw cliErrors.interrupted({ done: finished, asked: total, resumes: true });
    })
    .finally(() => {
      if (steps !== undefined) steps.listener = undefined;
      progress?.stop();
    });
}
