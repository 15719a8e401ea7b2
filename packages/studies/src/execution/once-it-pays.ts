import type { Executor, OpenExecutor } from '@understory/core';

export interface Handover<Item, Row> {
  readonly here: Executor<Item, Row>;
  readonly others: Pick<OpenExecutor<Item, Row>, 'execute' | 'start'>;
  /** How many items are left at most, after so many outcomes. */
  readonly left: (outcomes: number) => number;
  /** In seconds of this process: what is left is handed over where it would take that long or longer. */
  readonly least: number;
  /** Told before others are started. */
  readonly onStart?: (() => void) | undefined;
  /** In milliseconds. */
  readonly now?: () => number;
}

/** Milliseconds of work that tell how long the rest takes. */
const enough = 500;

/**
 * Works here, measures, and hands over to others once they are started, where that pays: until then nothing waits for them. Where they cannot be
 * started the work goes on here.
 */
export function onceItPays<Item, Row>({
  here,
  others,
  left,
  least,
  onStart,
  now = () => performance.now(),
}: Handover<Item, Row>): Executor<Item, Row> {
  return {
    async *execute(items) {
      const source = items[Symbol.asyncIterator]();
      let [isOver, isAsking, isStarting, isStarted] = [false, false, false, false];
      const own = async function* () {
        while (!isStarted) {
          isAsking = true;
          const next = await source.next();
          isAsking = false;
          if (next.done === true) {
            isOver = true;
            return;
          }
          yield next.value;
        }
      };
      /** The first outcome comes after sessions were opened, which tells nothing of the others. */
      let first: number | undefined;
      let outcomes = 0;
      const pays = () => {
        outcomes += 1;
        first ??= now();
        const passed = now() - first;
        return passed >= enough && (left(outcomes) * passed) / (outcomes - 1) >= least * 1000;
      };
      try {
        for await (const outcome of here.execute(own())) {
          yield outcome;
          if (isStarting || !pays()) continue;
          isStarting = true;
          onStart?.();
          others.start?.().then(
            () => (isStarted = true),
            () => undefined,
          );
        }
        if (isStarted && !isOver) yield* others.execute({ [Symbol.asyncIterator]: () => source });
      } finally {
        const ended = source.return?.().catch(() => undefined);
        // A stream that still owes an item ends only after it, which may be never.
        if (!isAsking) await ended;
      }
    },
  };
}
