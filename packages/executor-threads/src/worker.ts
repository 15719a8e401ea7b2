import { parentPort, workerData } from 'node:worker_threads';
import { carriedError, type KeptFile, type OpenWork, type Work } from '@understory/core';
import { signalOf } from '@understory/experiments/interruption';
import type { Batch, BatchResult, FromWorker, WorkerSetting } from './messages.ts';

// A worker of the pool that `threads.ts` keeps.

/** Milliseconds between two messages of how far it is within an item. */
const pause = 200;

const { module, data, interrupted } = workerData as WorkerSetting;
const { signal } = signalOf(interrupted);

/** What the work keeps, until its batch is through. */
let kept: KeptFile[] = [];
let told = -Infinity;

async function open(): Promise<Work> {
  const { openWork } = (await import(module)) as { readonly openWork: OpenWork };
  return openWork(data, {
    signal,
    // Copied, since what is written may be a part of a larger buffer.
    keep: ({ name, bytes }) => void kept.push({ name, ...(bytes && { bytes: bytes.slice() }) }),
    onStep(step) {
      const now = performance.now();
      if (now - told < pause) return;
      told = now;
      parentPort?.postMessage({ step } satisfies FromWorker);
    },
  });
}

// At once, and not with the first batch: whoever starts a worker early has it open when items come.
const opening = open();
// Told of with each batch.
opening.catch(() => undefined);

/** Works on a batch; called by the pool with one after the other. */
export default async function work({ ids }: Batch): Promise<BatchResult> {
  kept = [];
  try {
    const outcomes = await (await opening).rows(ids);
    const answers = outcomes.map((outcome) =>
      'error' in outcome
        ? { id: outcome.item, error: carriedError(outcome.error) }
        : { id: outcome.item, rows: outcome.rows },
    );
    return { answers, kept };
  } catch (error) {
    return { failed: carriedError(error) };
  }
}
