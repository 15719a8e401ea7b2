import { EXECUTOR, type OpenExecutor } from '@understory/core';
import type { ArtifactStore } from '../artifact-store.ts';
import type { Step } from '../common/steps.ts';
import type { ChosenImage, Environment } from '../environment.ts';
import type { AnyStudy } from '../open-study.ts';
import { executorHere } from './study-work.ts';
import { applyKept } from './kept-files.ts';

/** How many workers there are: a number, or as many as pay. */
export type Workers = number | 'auto';

export interface ExecutorChoice {
  readonly environment: Environment;
  /** Where pictures and maps are kept. */
  readonly store: ArtifactStore;
  readonly workers: Workers;
  /** How many items there are for this process. */
  readonly size: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: Step) => void;
}

/** With fewer images, opening the network again takes longer than what is gained. */
const fewImages = 16;

/** Devices whose work another thread adds to; what runs on a device of its own is shared by all workers. */
const processors: ReadonlySet<string> = new Set(['cpu', 'wasm']);

/** How many images a batch of a worker has where the study has no groups of its own: one is decoded while another is in the network. */
const usualBatch = 4;

/**
 * The executor that does the work of a study that is open in several workers; undefined where it is done in this process: with one
 * worker, and by default where more would not pay. Throws UNKNOWN_ID where no plugin provides the executor, and what opening it throws.
 */
export async function openExecutor<Row, Summary>(
  study: AnyStudy<Row, Summary>,
  { environment, store, workers, size, signal, onStep }: ExecutorChoice,
): Promise<OpenExecutor<ChosenImage, Row> | undefined> {
  const { spec } = study;
  // What an explanation shows of each image is shown in the process that asked for it.
  if (workers === 1 || spec.study === 'explain' || environment.elsewhere === undefined) return undefined;
  if (workers === 'auto' && !pays(study, size)) return undefined;
  const { host } = await environment.loadPlugins({ plugins: spec.plugins ?? [], backends: {} });
  try {
    if (workers === 'auto' && !host.list('executor').some(({ id }) => id === 'threads')) {
      await host.dispose();
      return undefined;
    }
    const kind = host.get(EXECUTOR, 'threads', { workers: workers === 'auto' ? 0 : workers });
    const opened = await kind.open<ChosenImage, Row>({
      here: executorHere(study, signal),
      elsewhere: {
        // A session with a thread for each worker makes the best use of cores.
        ...(await environment.elsewhere({ ...spec, threads: spec.threads ?? 1 })),
        together: study.together ?? usualBatch,
      },
      ...{ size, keep: (file) => applyKept(store, file) },
      ...(signal && { signal }),
      ...(onStep && { onStep }),
    });
    return {
      ...{ notes: opened.notes, execute: (items) => opened.execute(items) },
      async close() {
        await opened.close();
        await host.dispose();
      },
    };
  } catch (error) {
    await host.dispose();
    throw error;
  }
}

function pays({ record }: AnyStudy, size: number): boolean {
  return size >= fewImages && record.backends.every(({ executionProvider }) => processors.has(executionProvider));
}
