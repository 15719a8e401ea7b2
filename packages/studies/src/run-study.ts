import type { Store } from '@understory/core';
import { runExperiment, type Executor, type Progress, type RunResult, type Shard } from '@understory/experiments';
import type { ChosenImage, Environment } from './environment.ts';
import { executorHere } from './execution/study-work.ts';
import { openStudy, type AnyStudy } from './open-study.ts';
import type { StudySpec } from './spec/study-spec.ts';

export interface RunOptions {
  /** Where the run is kept; an earlier run of the same study in it goes on. */
  readonly store: Store;
  /** Only every n-th item, for several processes or machines; `mergeShards` ends such a run. */
  readonly shard?: Shard | undefined;
  /** Stops at the first image that fails instead of recording it. */
  readonly strict?: boolean | undefined;
  /** Works again on images that are recorded as failed. */
  readonly retryFailed?: boolean | undefined;
  /** Where images are worked on; in this process by default. */
  readonly executor?: Executor<ChosenImage, unknown>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Told of each image that fails as it fails. */
  readonly onFailure?: (item: string, error: unknown) => void;
}

/** Opens a study, runs it into a store and closes it; throws what opening it and `runExperiment` throw. */
export async function runStudy(
  spec: StudySpec,
  { environment, ...options }: RunOptions & { readonly environment: Environment },
): Promise<RunResult<unknown> & { readonly study: Pick<AnyStudy, 'record' | 'notes' | 'size'> }> {
  const { signal, store } = options;
  const study = await openStudy(spec, environment, { store, ...(signal && { signal }) });
  try {
    const result = await runOpened(study as AnyStudy, options);
    return { ...result, study: { record: study.record, notes: study.notes, size: study.size } };
  } finally {
    await study.close();
  }
}

/** Runs a study that is open into a store; throws what `runExperiment` throws. */
export async function runOpened<Row, Summary>(
  study: AnyStudy<Row, Summary>,
  { store, shard, strict = false, retryFailed = false, signal, onProgress, onFailure, ...options }: RunOptions,
): Promise<RunResult<Summary>> {
  const { experiment, tables, record, spec, size } = study;
  // The runner adds the seed.
  const { seed, ...description } = record;
  const executor = (options.executor ?? executorHere(study, signal)) as Executor<ChosenImage, Row>;
  const result = await runExperiment<ChosenImage, Row, Summary>({
    ...{ experiment, store, description, seed, strict, retryFailed, total: size, items: study.items() },
    about: { spec },
    ...(tables && { tables }),
    ...(shard && { shard }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
    executor: {
      async *execute(items) {
        for await (const outcome of executor.execute(items)) {
          if ('error' in outcome && signal?.aborted !== true && !strict) onFailure?.(outcome.item.id, outcome.error);
          yield outcome;
        }
      },
    },
  });
  await study.settle?.();
  if (result.summary !== undefined) await study.finish?.(result.summary);
  return result;
}
