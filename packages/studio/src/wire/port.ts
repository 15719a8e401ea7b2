import { carriedError, restoredError, type CarriedError } from '@understory/core';
import { studioErrors } from '../errors.ts';
import type { StudioEngine } from '../engine/engine.ts';
import { callMethod, listeners, remoteEngine, type AnyCall, type ListenerName } from './methods.ts';

/** What goes from the page to a worker. */
type Asked =
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly request: unknown }
  | { readonly kind: 'abort'; readonly id: number };

/** What comes back. */
type Told =
  | { readonly kind: 'event'; readonly id: number; readonly name: ListenerName; readonly value: unknown }
  | { readonly kind: 'result'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: CarriedError };

/** A worker, or either end of a channel. */
export interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/** Answers what comes through a port with an engine. */
export function servePort(port: Port, engine: StudioEngine): void {
  const running = new Map<number, AbortController>();
  const tell = (told: Told) => port.postMessage(told);
  port.addEventListener('message', ({ data }) => {
    const asked = data as Asked;
    if (asked.kind === 'abort') {
      running.get(asked.id)?.abort();
      return;
    }
    const { id, method, request } = asked;
    const controller = new AbortController();
    running.set(id, controller);
    const on = (name: ListenerName) => (value: unknown) => tell({ kind: 'event', id, name, value });
    const call: AnyCall = {
      signal: controller.signal,
      ...Object.fromEntries(listeners.map((name) => [name, on(name)])),
    };
    void callMethod(engine, method, request, call)
      .then(
        (value) => tell({ kind: 'result', id, value }),
        (error: unknown) => tell({ kind: 'error', id, error: carriedError(error) }),
      )
      .finally(() => running.delete(id));
  });
}

/** The engine behind a port; `close` ends the worker. */
export function portEngine(port: Port, close: () => void): StudioEngine & { lose(reason: string): void } {
  const waiting = new Map<number, { readonly call: AnyCall; settle(told: Told): void }>();
  let last = 0;
  port.addEventListener('message', ({ data }) => {
    const told = data as Told;
    const known = waiting.get(told.id);
    if (told.kind === 'event') known?.call[told.name]?.(told.value as never);
    else known?.settle(told);
  });
  const engine = remoteEngine(
    (method, request, call) =>
      new Promise((resolve, reject) => {
        const { signal } = call;
        if (signal?.aborted === true) {
          reject(signal.reason as Error);
          return;
        }
        last += 1;
        const id = last;
        const abort = () => {
          port.postMessage({ kind: 'abort', id } satisfies Asked);
          waiting.delete(id);
          reject(signal?.reason as Error);
        };
        signal?.addEventListener('abort', abort, { once: true });
        waiting.set(id, {
          call,
          settle(told) {
            signal?.removeEventListener('abort', abort);
            waiting.delete(id);
            if (told.kind === 'result') resolve(told.value);
            else if (told.kind === 'error') reject(restoredError(told.error));
          },
        });
        port.postMessage({ kind: 'call', id, method, request } satisfies Asked);
      }),
    {
      has: 'kept',
      async close() {
        close();
      },
    },
  );
  return {
    ...engine,
    lose(reason) {
      const error = carriedError(studioErrors.engineLost({ reason }));
      for (const [id, { settle }] of [...waiting]) settle({ kind: 'error', id, error });
    },
  };
}
