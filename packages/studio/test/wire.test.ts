import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import { isDiagnosed, UnderstoryError } from '@understory/core';
import {
  answerParts,
  httpEngine,
  pack,
  portEngine,
  servePort,
  unpack,
  type Port as AnyPort,
  type EngineProgress,
  type StudioEngine,
} from '../src/index.ts';

const error = new UnderstoryError({
  code: 'MODEL_NOT_READABLE',
  message: 'The model cannot be read.',
  ...{ found: 'three bytes', expected: 'a model', next: 'Give another.' },
});

/** Answers what a test asks for, and waits for ever where that is nothing. */
function engine(seen: { aborted?: boolean } = {}): StudioEngine {
  const refuse = async () => {
    throw error;
  };
  return {
    ...{ about: refuse, addFiles: refuse, openModel: refuse, applicability: refuse, explain: refuse },
    async readPicture({ path }: { path: string }, call: { onProgress?: (progress: EngineProgress) => void }) {
      call.onProgress?.({ what: path, done: 1, total: 2 });
      return { width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
    },
    predict: (_: unknown, { signal }: { signal?: AbortSignal }) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          seen.aborted = true;
          reject(signal.reason as Error);
        });
      }),
    close: async () => undefined,
  } as unknown as StudioEngine;
}

describe('packed messages', () => {
  it('hold plain data with arrays of every kind, wherever they start', () => {
    const value = {
      text: 'naïve ☕',
      list: [1, null, { deep: Float32Array.of(0.5, -1) }],
      bytes: Uint8Array.of(1, 2, 3),
      more: Float64Array.of(Math.PI),
      words: Uint32Array.of(4_000_000_000),
    };
    const packed = pack(value);
    expect(unpack(packed)).toEqual(value);
    const moved = new Uint8Array(packed.length + 3);
    moved.set(packed, 3);
    expect(unpack(moved.subarray(3))).toEqual(value);
  });

  it('are refused where they break off', () => {
    const packed = pack({ bytes: new Uint8Array(100) });
    expect(() => unpack(packed.subarray(0, 40))).toThrow(expect.objectContaining({ code: 'MESSAGE_INVALID' }));
    expect(() => unpack(new Uint8Array(2))).toThrow(expect.objectContaining({ code: 'MESSAGE_INVALID' }));
  });
});

/** Both transports, each with what it answers and what closes it. */
const transports: Record<string, (served: StudioEngine) => { client: StudioEngine; close(): void }> = {
  'a port': (served) => {
    const { port1, port2 } = new MessageChannel();
    servePort(listening(port1), served);
    return { client: portEngine(listening(port2), () => undefined), close: () => port1.close() };
  },
  http: (served) => ({
    client: httpEngine({
      base: 'http://engine',
      token: 't',
      fetch: async (url, init) => {
        const { signal, body } = init as { signal?: AbortSignal; body: Uint8Array };
        const method = String(url).replace('http://engine/', '');
        const parts = answerParts(served, method, body, signal ?? new AbortController().signal);
        const stream = new ReadableStream<Uint8Array>({
          async pull(controller) {
            const { done, value } = await parts.next();
            if (done) return controller.close();
            // In pieces, as a network would.
            controller.enqueue(value.slice(0, 3));
            controller.enqueue(value.slice(3));
          },
        });
        const response = new Response(stream);
        return new Promise((resolve, reject) => {
          signal?.addEventListener('abort', () => reject(signal.reason as Error));
          setTimeout(() => resolve(response), 5);
        });
      },
    }),
    close: () => undefined,
  }),
};

function listening(port: MessageChannel['port1']): AnyPort {
  return {
    postMessage: (message) => port.postMessage(message),
    addEventListener: (_, listener) => void port.on('message', (data: unknown) => listener({ data })),
  };
}

describe.each(Object.keys(transports))('an engine behind %s', (name) => {
  it('answers, and tells how far it is', async () => {
    const { client, close } = transports[name]!(engine());
    const told: EngineProgress[] = [];
    const answer = await client.readPicture({ path: 'cat.png' }, { onProgress: (each) => told.push(each) });
    expect(answer).toEqual({ width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) });
    expect(told).toEqual([{ what: 'cat.png', done: 1, total: 2 }]);
    close();
  });

  it('fails with the code and the next step', async () => {
    const { client, close } = transports[name]!(engine());
    const failure = await client.openModel({ model: 'none' }).catch((thrown: unknown) => thrown);
    expect(isDiagnosed(failure)).toBe(true);
    expect(failure).toMatchObject({ code: 'MODEL_NOT_READABLE', found: 'three bytes', next: 'Give another.' });
    close();
  });

  it('has no method that it does not name', async () => {
    const { client, close } = transports[name]!(engine());
    const runs = client.runs ?? { list: () => Promise.reject(Object.assign(new Error(), { code: 'METHOD_UNKNOWN' })) };
    await expect(runs.list({})).rejects.toMatchObject({ code: 'METHOD_UNKNOWN' });
    close();
  });

  it('aborts where it runs', async () => {
    const seen: { aborted?: boolean } = {};
    const { client, close } = transports[name]!(engine(seen));
    const controller = new AbortController();
    const call = client.predict({ model: 'm', picture: 'p' }, { signal: controller.signal });
    setTimeout(() => controller.abort(), 2);
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(seen.aborted).toBe(true);
    close();
  });
});
