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
  engine: Partial<StudioEngine>,
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

/** The part of an answer that ends it with an error. */
export function errorPart(error: CarriedError): Uint8Array {
  return framed(pack({ kind: 'error', error } satisfies Part));
}

function framed(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(4 + bytes.length);
  new DataView(whole.buffer).setUint32(0, bytes.length, true);
  whole.set(bytes, 4);
  return whole;
}

/** Of requests and answers, refusals included. */
export const contentType = 'application/octet-stream';

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
        headers: { authorization: `Bearer ${token}`, 'content-type': contentType },
        body: pack(request) as Uint8Array<ArrayBuffer>,
        ...(signal && { signal }),
      }).catch((cause: unknown) => {
        signal?.throwIfAborted();
        throw studioErrors.engineLost({ reason: String(cause) });
      });
      if (response.body === null || !(response.headers.get('content-type') ?? contentType).startsWith(contentType))
        throw studioErrors.engineLost({ reason: `the server answers ${response.status}` });
      let ending: Exclude<Part, { readonly kind: 'event' }> | undefined;
      // Read to its end, so that the connection can be used again.
      for await (const bytes of frames(response.body.getReader(), signal)) {
        const part = unpack(bytes) as Part;
        if (part.kind === 'event') call[part.name]?.(part.value as never);
        else ending = part;
      }
      signal?.throwIfAborted();
      if (ending === undefined) throw studioErrors.engineLost({ reason: 'the answer breaks off' });
      if (ending.kind === 'error') throw restoredError(ending.error);
      return ending.value;
    },
    { has: 'runs', close: async () => undefined },
  );
}

/** What comes in of an answer, until that is left; throws ENGINE_LOST where the connection ends before, and the signal's reason. */
async function* frames(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  const held = new Chunks();
  try {
    for (;;) {
      const header = held.take(4);
      if (header !== undefined) {
        const length = new DataView(header.buffer).getUint32(0, true);
        while (held.length < length) if (!(await more())) return;
        yield held.take(length)!;
      } else if (!(await more())) return;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }

  async function more(): Promise<boolean> {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      signal?.throwIfAborted();
      throw studioErrors.engineLost({ reason: String(cause) });
    });
    if (!done) held.push(value);
    return !done;
  }
}

/** Bytes that came in pieces, joined once they are taken. */
class Chunks {
  readonly #chunks: Uint8Array[] = [];
  length = 0;

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.length += chunk.length;
  }

  /** The first bytes; undefined where there are fewer. */
  take(count: number): Uint8Array<ArrayBuffer> | undefined {
    if (this.length < count) return undefined;
    const taken = new Uint8Array(count);
    for (let filled = 0; filled < count;) {
      const [first] = this.#chunks as [Uint8Array];
      const part = first.subarray(0, count - filled);
      taken.set(part, filled);
      filled += part.length;
      if (part.length === first.length) this.#chunks.shift();
      else this.#chunks[0] = first.subarray(part.length);
    }
    this.length -= count;
    return taken;
  }
}
