import { carriedError, restoredError, type CarriedError } from '@understory/core';
import { studioErrors } from '../errors.ts';
import type { StudioEngine } from '../engine/engine.ts';
import { callMethod, listeners, remoteEngine, type AnyCall, type ListenerName } from './methods.ts';
import { pack, unpack } from './pack.ts';

/** A part of an answer: any number of events, then one of the others. */
type Part =
  | { readonly kind: 'event'; readonly name: ListenerName; readonly value: unknown }
  | { readonly kind: 'result'; readonly value: unknown }
  | { readonly kind: 'error'; readonly error: CarriedError };

/** The body of the answer to a call, in parts: each its length in four bytes, little end first, and what `pack` makes. Never throws. */
export async function* answerParts(
  engine: StudioEngine,
  method: string,
  body: Uint8Array,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const queue: Part[] = [];
  let wake = () => {};
  const tell = (part: Part) => {
    queue.push(part);
    wake();
  };
  const on = (name: ListenerName) => (value: unknown) => tell({ kind: 'event', name, value });
  const call: AnyCall = { signal, ...Object.fromEntries(listeners.map((name) => [name, on(name)])) };
  const work = async () => callMethod(engine, method, unpack(body), call);
  void work().then(
    (value) => tell({ kind: 'result', value }),
    (error: unknown) => tell({ kind: 'error', error: carriedError(error) }),
  );
  for (;;) {
    const part = queue.shift();
    if (part === undefined) {
      await new Promise<void>((resolve) => (wake = resolve));
      continue;
    }
    yield framed(pack(part));
    if (part.kind !== 'event') return;
  }
}

function framed(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(4 + bytes.length);
  new DataView(whole.buffer).setUint32(0, bytes.length, true);
  whole.set(bytes, 4);
  return whole;
}

export interface HttpEngineOptions {
  /** What methods are posted below: `explain` goes to `<base>/explain`. */
  readonly base: string;
  /** Sent as a bearer token. */
  readonly token: string;
  readonly fetch?: typeof fetch;
}

/** The engine of a server; aborting a call closes its request. */
export function httpEngine({ base, token, fetch: get = (...all) => fetch(...all) }: HttpEngineOptions): StudioEngine {
  return remoteEngine(
    async (method, request, call) => {
      const { signal } = call;
      const response = await get(`${base}/${method}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
        body: pack(request) as Uint8Array<ArrayBuffer>,
        ...(signal && { signal }),
      }).catch((cause: unknown) => {
        signal?.throwIfAborted();
        throw studioErrors.engineLost({ reason: String(cause) });
      });
      if (!response.ok || response.body === null)
        throw studioErrors.engineLost({ reason: `the server answers ${response.status}` });
      for await (const bytes of frames(response.body.getReader())) {
        const part = unpack(bytes) as Part;
        if (part.kind === 'result') return part.value;
        if (part.kind === 'error') throw restoredError(part.error);
        call[part.name]?.(part.value as never);
      }
      signal?.throwIfAborted();
      throw studioErrors.engineLost({ reason: 'the answer breaks off' });
    },
    { hasRuns: true, close: async () => undefined },
  );
}

async function* frames(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let held: Uint8Array = new Uint8Array();
  for (;;) {
    while (held.length >= 4) {
      const length = new DataView(held.buffer, held.byteOffset, 4).getUint32(0, true);
      if (held.length < 4 + length) break;
      yield held.slice(4, 4 + length);
      held = held.subarray(4 + length);
    }
    const { done, value } = await reader.read();
    if (done) return;
    const joined = new Uint8Array(held.length + value.length);
    joined.set(held);
    joined.set(value, held.length);
    held = joined;
  }
}
