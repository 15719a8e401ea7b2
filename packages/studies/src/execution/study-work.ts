import type { Outcome, Work, WorkSurroundings } from '@understory/core';
import { inProcess, storableRows, type Executor } from '@understory/experiments';
import type { ChosenImage, Environment } from '../environment.ts';
import { studyErrors } from '../errors.ts';
import { openStudy, type AnyStudy } from '../open-study.ts';
import type { StudySpec } from '../spec/study-spec.ts';
import { forwardingStore } from './kept-files.ts';

/**
 * Opens a study where its items come by their ids and its run folder is another's: in a worker. What it keeps is handed on.
 * Throws what opening the study throws, and where items are asked for that it does not have IMAGES_DIFFER.
 */
export async function openStudyWork(
  spec: StudySpec,
  environment: Environment,
  { signal, keep, onStep }: Omit<WorkSurroundings, 'signal'> & { readonly signal: AbortSignal },
): Promise<Work> {
  const study: AnyStudy = await openStudy(spec, environment, { store: forwardingStore(keep), signal, onStep });
  const executor: Executor<ChosenImage, unknown> = executorHere(study, signal);
  const images = new ImagesById(() => study.items());
  return {
    async rows(ids) {
      const outcomes: Outcome<string, unknown>[] = [];
      for await (const outcome of executor.execute(each(await images.find(ids)))) {
        outcomes.push(storable(outcome));
      }
      return outcomes;
    },
    close: () => study.close(),
  };
}

/** How the items of a study are best worked on in this process. */
export function executorHere<Row, Summary>(
  { experiment, record, executor }: AnyStudy<Row, Summary>,
  signal: AbortSignal | undefined,
): Executor<ChosenImage, Row> {
  // Two images at once, so that the next is read and decoded while one is in the network.
  return executor ?? inProcess({ experiment, seed: record.seed, concurrency: 2, ...(signal && { signal }) });
}

/** An outcome as it may leave the process: what a run folder could not hold fails here as it would there. */
function storable(outcome: Outcome<ChosenImage, unknown>): Outcome<string, unknown> {
  const item = outcome.item.id;
  if ('error' in outcome) return { item, error: outcome.error };
  try {
    return { item, rows: storableRows(outcome.rows) };
  } catch (error) {
    return { item, error };
  }
}

/**
 * The images of a study by their ids. They are asked for in the order of the study but for a few, so the stream is read on from where
 * it is, and from its beginning only for one that it has passed; no image is kept.
 */
class ImagesById {
  readonly #open: () => AsyncIterable<ChosenImage>;
  #stream: AsyncIterator<ChosenImage> | undefined;

  constructor(open: () => AsyncIterable<ChosenImage>) {
    this.#open = open;
  }

  /** In the order of the ids; throws IMAGES_DIFFER. */
  async find(ids: readonly string[]): Promise<readonly ChosenImage[]> {
    const found = new Map<string, ChosenImage>();
    const missing = new Set(ids);
    for (const pass of ['onward', 'from the beginning']) {
      if (pass === 'from the beginning') {
        await this.#stream?.return?.();
        this.#stream = undefined;
      }
      this.#stream ??= this.#open()[Symbol.asyncIterator]();
      while (missing.size > 0) {
        const { done, value } = await this.#stream.next();
        if (done === true) break;
        if (missing.delete(value.id)) found.set(value.id, value);
      }
      if (missing.size === 0) return ids.map((id) => found.get(id)!);
    }
    this.#stream = undefined;
    throw studyErrors.imagesDiffer({ ids: [...missing] });
  }
}

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}
