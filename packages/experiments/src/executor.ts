export type { Executor, Outcome } from '@understory/core';
