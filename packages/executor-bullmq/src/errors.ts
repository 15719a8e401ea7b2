import { messageOf, UnderstoryError } from '@understory/core';

/** What two sides show of the same work where they differ. */
export interface Difference {
  readonly name: string;
  readonly asked: string;
  readonly shown: string;
}

/** What became of one try of an item. */
export interface Try {
  /** The worker that had it, where that is known. */
  readonly worker: string;
  readonly reason: string;
}

/** Every error of this package, by what went wrong. None of them repeats a URL or a password. */
export const queueErrors = {
  urlInvalid({ reason }: { reason: string }) {
    return new UnderstoryError({
      code: 'QUEUE_URL_INVALID',
      message: 'The address of the queue cannot be used.',
      found: reason,
      expected:
        'redis://host:port/number, or rediss://host:port/number for TLS, with user:password@ in front of the host',
      next: 'Correct the URL; letters that mean something in URLs are written as %40 in passwords.',
      remedy: { kind: 'settings', settings: [{ name: 'queue' }] },
    });
  },

  notReachable({ address, reason }: { address: string; reason: string }) {
    return new UnderstoryError({
      code: 'QUEUE_NOT_REACHABLE',
      message: `There is no Redis at ${address}.`,
      found: reason,
      expected: 'a Redis that takes connections',
      next: 'Start it, or check host, port, and whether it wants TLS (rediss://).',
      remedy: { kind: 'settings', settings: [{ name: 'queue' }] },
    });
  },

  refused({ address, reason }: { address: string; reason: string }) {
    return new UnderstoryError({
      code: 'QUEUE_REFUSED',
      message: `The Redis at ${address} does not let us in.`,
      found: reason,
      expected: 'a user and a password that it knows',
      next: 'Give the password in the URL, or in the environment variable UNDERSTORY_QUEUE_PASSWORD.',
    });
  },

  /** Redis answers, but not with what was asked of it. */
  unusable({ address, reason, cause }: { address: string; reason: string; cause?: unknown }) {
    return new UnderstoryError({
      code: 'QUEUE_UNUSABLE',
      message: `The Redis at ${address} cannot be used as a queue.`,
      found: reason,
      expected: 'a Redis from version 6.2 with room in memory, whose user may read and write all keys and run scripts',
      next: 'Correct what it says, then run the same again: what is done is kept.',
      ...(cause !== undefined && { cause }),
    });
  },

  /** `others` begins with a semicolon where there are some. */
  noWorker({ address, seconds, others }: { address: string; seconds: number; others: string }) {
    return new UnderstoryError({
      code: 'NO_WORKER',
      message: `No worker has taken part for ${seconds} seconds.`,
      found: `no worker that does the work${others}`,
      expected: `at least one that is started with ${address}`,
      next: 'Start workers, then run the same again: what is done is kept.',
    });
  },

  notElsewhere() {
    return new UnderstoryError({
      code: 'WORK_NOT_ELSEWHERE',
      message: 'This work cannot be handed out to other machines.',
      found: 'work that only this machine can do',
      expected: 'work that can be opened again from its specification',
      next: 'Leave the queue out.',
      remedy: { kind: 'settings', settings: [{ name: 'queue' }] },
    });
  },

  workTooLarge({ bytes, most }: { bytes: number; most: number }) {
    return new UnderstoryError({
      code: 'WORK_TOO_LARGE',
      message: 'The specification is too large to be sent to workers.',
      found: `${bytes} bytes`,
      expected: `at most ${most}`,
      next: 'Name fewer images one by one: a folder, a pattern or a data set is shorter.',
    });
  },

  workerDiffers({ worker, differences }: { worker: string; differences: readonly Difference[] }) {
    const list = (side: 'asked' | 'shown') => differences.map((each) => `${each.name}: ${each[side]}`).join('; ');
    return new UnderstoryError({
      code: 'WORKER_DIFFERS',
      message: `The worker ${worker} would not do the same work, so it gets none of it.`,
      found: `${list('shown')} (the worker)`,
      expected: `${list('asked')} (the process that hands it out)`,
      next: 'Give the worker the same model, data, plugins and versions, and start it again.',
    });
  },

  workerCannotOpen({ worker, cause }: { worker: string; cause: unknown }) {
    return new UnderstoryError({
      code: 'WORKER_CANNOT_OPEN',
      message: `The worker ${worker} cannot open this work, so it gets none of it.`,
      found: textOf(cause),
      expected: 'a worker that finds the model, the data and the plugins',
      next: 'Correct what the worker is started with; other workers go on.',
      cause,
    });
  },

  workerWithdraws({ worker, times, cause }: { worker: string; times: number; cause: unknown }) {
    return new UnderstoryError({
      code: 'WORKER_WITHDRAWS',
      message: `The worker ${worker} takes no more of this work: ${times} batches failed there, one after the other.`,
      found: textOf(cause),
      expected: 'a worker that can do some of what it is given',
      next: 'Correct what the last failure names, and start the worker again; other workers go on, also with what failed.',
      cause,
    });
  },

  /** `cause` is a failure of the environment, which stops a run. */
  itemGivenUp({ item, tries, cause }: { item: string; tries: readonly Try[]; cause?: unknown }) {
    return new UnderstoryError({
      code: 'ITEM_GIVEN_UP',
      message: `"${item}" was given up after ${tries.length} tries.`,
      found: tries.map(({ worker, reason }) => `${worker}: ${reason}`).join('; '),
      expected: 'a worker that stays until the item is done, and whose files can be read',
      next: 'dead-letters.json has every try. Correct what the reasons name, then work again on what failed.',
      remedy: { kind: 'settings', settings: [{ name: 'retryFailed' }] },
      ...(cause !== undefined && { cause }),
    });
  },

  resultTooLarge({ bytes, most }: { bytes: number; most: number }) {
    return new UnderstoryError({
      code: 'RESULT_TOO_LARGE',
      message: 'What the worker has of a batch is too large to be sent back.',
      found: `${bytes} bytes of rows and files`,
      expected: `at most ${most}`,
      next: 'Keep fewer pictures, or work in one process.',
    });
  },

  messageInvalid({ what, reason }: { what: string; reason: string }) {
    return new UnderstoryError({
      code: 'QUEUE_MESSAGE_INVALID',
      message: `${what} in the queue is not what this version writes.`,
      found: reason,
      expected: 'messages of the same version of @understory/executor-bullmq',
      next: 'Use the same version everywhere, and a Redis that only Understory writes to.',
    });
  },
};

/** An error in one line, with its code and what was found. */
export function textOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return messageOf(error);
  const { code, found } = error as { readonly code?: unknown; readonly found?: unknown };
  const words = typeof found === 'string' ? `${messageOf(error)} (${found})` : messageOf(error);
  return typeof code === 'string' ? `${code}: ${words}` : words;
}
