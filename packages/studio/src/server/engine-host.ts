import { carriedError } from '@understory/core';
import { errorPart } from '../wire/http.ts';
import { startChild, type Child, type ChildOptions } from './child.ts';
import { serverErrors } from './errors.ts';
import type { ChildSetup, FromEngine, ToEngine } from './messages.ts';

/** An answer on its way. */
interface Open {
  take(bytes: Uint8Array): void;
  end(): void;
}

/** The engine in a process of its own, which is started again where it ends. */
export class EngineHost {
  readonly #setup: ChildSetup;
  readonly #options: ChildOptions;
  readonly #open = new Map<number, Open>();
  #child: Child<ToEngine, FromEngine> | undefined;
  #last = 0;

  constructor(setup: ChildSetup, options: ChildOptions) {
    this.#setup = setup;
    this.#options = options;
  }

  /** Of the process that runs now. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Starts the process, so that it is there when it is needed. */
  start(): Child<ToEngine, FromEngine> {
    if (this.#child !== undefined) return this.#child;
    const child = startChild<ToEngine, FromEngine>('engine-child', this.#options);
    this.#child = child;
    child.onMessage((message) => {
      if (message.kind === 'part') this.#open.get(message.id)?.take(message.bytes);
      else this.#open.get(message.id)?.end();
    });
    child.onEnd((reason) => {
      if (this.#child === child) this.#child = undefined;
      const bytes = errorPart(carriedError(serverErrors.engineEnded({ reason })));
      for (const [id, open] of [...this.#open]) {
        this.#open.delete(id);
        open.take(bytes);
        open.end();
      }
    });
    child.send({ kind: 'open', setup: this.#setup });
    return child;
  }

  /** The parts of an answer as they go to the page; what it was asked for is aborted by the signal, or when nobody takes them any more. */
  async *answer(method: string, body: Uint8Array, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
    const parts: Uint8Array[] = [];
    let isEnded = false;
    let wake = () => {};
    this.#last += 1;
    const id = this.#last;
    this.#open.set(id, {
      take(bytes) {
        parts.push(bytes);
        wake();
      },
      end() {
        isEnded = true;
        wake();
      },
    });
    const child = this.start();
    const abort = () => child.send({ kind: 'abort', id });
    signal.addEventListener('abort', abort, { once: true });
    child.send({ kind: 'call', id, method, body });
    if (signal.aborted) abort();
    try {
      for (;;) {
        const bytes = parts.shift();
        if (bytes !== undefined) yield bytes;
        else if (isEnded) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      signal.removeEventListener('abort', abort);
      if (!isEnded) abort();
      this.#open.delete(id);
    }
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const ended = new Promise<void>((resolve) => child.onEnd(() => resolve()));
    child.kill();
    await ended;
  }
}
