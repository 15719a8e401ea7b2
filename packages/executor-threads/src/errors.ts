import { messageOf, UnderstoryError } from '@understory/core';

/** Every error of this package, by what went wrong. */
export const threadErrors = {
  notElsewhere() {
    return new UnderstoryError({
      code: 'WORK_NOT_ELSEWHERE',
      message: 'This work cannot be done in worker threads.',
      found: 'work that only the process in which it is open can do',
      expected: 'work that can be opened again from its specification',
      next: 'Leave the workers out.',
      remedy: { kind: 'settings', settings: [{ name: 'workers', value: '1' }] },
    });
  },

  workerLost({ item, times, cause }: { item: string; times: number; cause: unknown }) {
    return new UnderstoryError({
      code: 'WORKER_LOST',
      message: `"${item}" was given up: the worker thread that it was given to ended, ${times} times.`,
      found: messageOf(cause),
      expected: 'a worker thread that stays until its items are done',
      next: 'Look at what ends it, such as a plugin or too little memory, and work again on what failed; or use fewer workers.',
      remedy: { kind: 'settings', settings: [{ name: 'workers' }, { name: 'retryFailed' }] },
      cause,
    });
  },

  workersLost({ times, cause }: { times: number; cause: unknown }) {
    return new UnderstoryError({
      code: 'WORKERS_LOST',
      message: `Worker threads end as soon as they begin: ${times} of them, and no item was done in between.`,
      found: messageOf(cause),
      expected: 'worker threads that do some of the items',
      next: 'Work without further threads to see what is wrong; what is done is kept.',
      remedy: { kind: 'settings', settings: [{ name: 'workers', value: '1' }] },
      cause,
    });
  },
};
