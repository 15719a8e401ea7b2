import { EXECUTOR, type OpenExecutor } from '@understory/core';
import type { ArtifactStore } from '../artifact-store.ts';
import type { Step } from '../common/steps.ts';
import type { ChosenImage, Environment } from '../environment.ts';
import type { AnyStudy } from '../open-study.ts';
import { applyKept } from './kept-files.ts';
import { onceItPays } from './once-it-pays.ts';
import type { SentStudy } from './serve-studies.ts';
import { studyProof } from './study-proof.ts';
import { executorHere } from './study-work.ts';

/** How many workers there are: a number, or as many as pay. */
export type Workers = number | 'auto';

export interface ExecutorChoice {
  readonly environment: Environment;
  /** Where pictures and maps are kept. */
  readonly store: ArtifactStore;
  readonly workers: Workers;
  /** Where batches are handed out to other machines: `redis://host:port/number`. It goes before `workers`. */
  readonly queue?: string | undefined;
  /** Seconds without a worker of the queue after which the study stops; without it as long as it takes. */
  readonly queueWait?: number | undefined;
  /** Told what a user should know as it happens. */
  readonly onNotice?: (notice: string | Error) => void;
  /** How many items there are for this process. */
  readonly size: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: Step) => void;
  /** How many items are left, where some were done before; without it what `size` and the outcomes say. */
  readonly left?: () => number;
  /** Told of workers that are started while the study runs, before they are; those that are there from the beginning are in `notes`. */
  readonly onWorkers?: (notes: readonly string[]) => void;
}

/**
 * Seconds that the images that are left have to take this process where others are started by default. Two workers take about 1.3 s each of a core
 * to open, and `npm run bench -- executors` finds them least ahead where ONNX Runtime's own threads do nearly as well: a tenth.
 */
const leastSeconds = 20;

/** Devices whose work another thread adds to; what runs on a device of its own is shared by all workers. */
const processors: ReadonlySet<string> = new Set(['cpu', 'wasm']);

/** How many images a batch of a worker has where the study has no groups of its own: one is decoded while another is in the network. */
const usualBatch = 4;

/**
 * The executor that does the work of a study that is open in several workers or on other machines; undefined where it is done in this
 * process: with one worker, and by default where more would not pay; by default they are started only once it shows that they pay.
 * Throws UNKNOWN_ID where no plugin provides the executor, and what opening it throws.
 */
export async function openExecutor<Row, Summary>(
  study: AnyStudy<Row, Summary>,
  { environment, store, queue, queueWait, workers, size, signal, onStep, onNotice, ...choice }: ExecutorChoice,
): Promise<OpenExecutor<ChosenImage, Row> | undefined> {
  const { spec } = study;
  const isQueued = queue !== undefined;
  const isAuto = !isQueued && workers === 'auto';
  // What an explanation shows of each image is shown in the process that asked for it.
  if (spec.study === 'explain' || environment.elsewhere === undefined) return undefined;
  if (!isQueued && workers === 1) return undefined;
  if (isAuto && (size < 2 || !isOnProcessors(study))) return undefined;
  const { host } = await environment.loadPlugins({ plugins: spec.plugins ?? [], backends: {} });
  try {
    if (isAuto && !host.list('executor').some(({ id }) => id === 'threads')) {
      await host.dispose();
      return undefined;
    }
    const kind = isQueued
      ? host.get(EXECUTOR, 'queue', { url: queue, ...(queueWait !== undefined && { wait: queueWait }) })
      : host.get(EXECUTOR, 'threads', { workers: workers === 'auto' ? 0 : workers });
    // A session with a thread for each worker makes the best use of cores.
    const own = { ...spec, threads: spec.threads ?? 1 };
    const { base } = environment;
    const here = executorHere(study, signal);
    const opened = await kind.open<ChosenImage, Row>({
      here,
      elsewhere: {
        ...(await environment.elsewhere(own)),
        together: study.together ?? usualBatch,
        ...(base !== undefined && {
          machines: { data: { spec: own, base } satisfies SentStudy, prove: () => studyProof(study) },
        }),
      },
      ...{ size, keep: (file) => applyKept(store, file), kept: (name) => store.read(name) },
      title: `${spec.study} ${spec.model.split(/[\\/]/).at(-1)}`,
      ...(onNotice && { onNotice }),
      ...(signal && { signal }),
      ...(onStep && { onStep }),
    });
    const close = async () => {
      await opened.close();
      await host.dispose();
    };
    if (!isAuto) return { notes: opened.notes, execute: (items) => opened.execute(items), close };
    if ((opened.workers ?? 1) < 2 || opened.start === undefined) {
      await close();
      return undefined;
    }
    const { left = () => Infinity, onWorkers } = choice;
    const executor = onceItPays({
      ...{ here, others: opened, least: leastSeconds },
      left: (outcomes) => Math.min(left(), size - outcomes),
      onStart: () => onWorkers?.(opened.notes),
    });
    return { notes: [], execute: (items) => executor.execute(items), close };
  } catch (error) {
    await host.dispose();
    throw error;
  }
}

function isOnProcessors({ record }: AnyStudy): boolean {
  return record.backends.every(({ executionProvider }) => processors.has(executionProvider));
}
