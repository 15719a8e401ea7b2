import type { CarriedError, KeptFile, WorkStep } from '@understory/core';

/** What a worker thread is begun with. */
export interface WorkerSetting {
  /** The URL of the module that opens the work. */
  readonly module: string;
  readonly data: unknown;
  /** Of one 32-bit integer, which is no longer 0 once the work is to end. */
  readonly interrupted: SharedArrayBuffer;
}

/** A batch of items. */
export interface Batch {
  readonly ids: readonly string[];
}

/** What became of an item of a batch. */
export type Answer =
  { readonly id: string; readonly rows: readonly unknown[] } | { readonly id: string; readonly error: CarriedError };

/** What became of a batch; `failed` where the work could not be opened, or none of it done. */
export type BatchResult =
  { readonly answers: readonly Answer[]; readonly kept: readonly KeptFile[] } | { readonly failed: CarriedError };

/** What a worker says while it works. */
export interface FromWorker {
  readonly step: WorkStep;
}
