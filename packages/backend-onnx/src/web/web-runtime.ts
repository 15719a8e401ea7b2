import type * as ort from 'onnxruntime-common';
import { firstLineOf, type OpenOptions } from '@understory/core';
import { errors } from '../errors.ts';
import type { Runtime, Session } from '../runtime.ts';
import { placedOn } from '../web-gpu-gaps.ts';
import { inTurn } from './in-turn.ts';
import { withFallback } from './with-fallback.ts';

/** What has to be served to run on a device, as onnxruntime-web has it in its package. */
export const runtimeFiles = {
  wasm: ['ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'],
  webgpu: ['ort-wasm-simd-threaded.asyncify.mjs', 'ort-wasm-simd-threaded.asyncify.wasm'],
} as const;

type Device = keyof typeof runtimeFiles;

export interface WebRuntimeOptions {
  /** The folder that `runtimeFiles` are served from, relative to the page or worker. */
  readonly wasm: string | URL;
  /**
   * Threads of WebAssembly, decided by the first model that is opened; by default half as many as there are processors, at most four, in a page that
   * is cross-origin isolated. Without isolation there is one.
   */
  readonly threads?: number | undefined;
}

/** The part of `navigator` that tells of graphics processors. */
interface WithGpu {
  readonly gpu?: {
    requestAdapter(): Promise<{ readonly info?: { readonly isFallbackAdapter?: boolean } } | null>;
  };
}

/** More bring little, and threads that wait for each other slow a page down where other programs want the processors. */
const most = 4;

/** ONNX Runtime in a browser, for one model whose weights lie in `weights` by the names that graphs have for them. */
export async function webRuntime(
  options: WebRuntimeOptions,
  weights: Readonly<Record<string, Uint8Array>>,
): Promise<Runtime> {
  const externalData = Object.entries(weights).map(([path, data]) => ({ path, data }));
  return {
    devices: ['wasm', 'cpu', 'webgpu'],
    preferred: (await hasGpu()) ? ['webgpu', 'wasm'] : ['wasm'],
    blockedLayout: () => false,
    async createSession(model, name, { threads }, log) {
      const device: Device = name === 'webgpu' ? 'webgpu' : 'wasm';
      const runtime = await loaded(device, options, threads);
      const open = (on: Device) =>
        inTurn(() => {
          const placed = placedOn(on, model);
          return runtime.InferenceSession.create(placed.model, {
            executionProviders: [placed.provider],
            enableMemPattern: false,
            logSeverityLevel: 4,
            externalData,
          });
        });
      const session = await open(device).catch((cause: unknown) => {
        const reason = firstLineOf(cause);
        if (device === 'webgpu' || !/no available backend found/i.test(reason)) throw cause;
        throw errors.runtimeNotLoaded({
          reason,
          expected: `${runtimeFiles.wasm.join(' and ')} of onnxruntime-web in ${baseOf(options)}`,
          next: 'Serve these files, and name their folder where the backend is made.',
          cause,
        });
      });
      return device === 'webgpu'
        ? withFallback(serial(session), async () => serial(await open('wasm')), log)
        : serial(session);
    },
  };
}

/** A graphics processor that is one: what imitates it on the CPU is slower than WebAssembly. */
async function hasGpu(): Promise<boolean> {
  const adapter = await (navigator as WithGpu).gpu?.requestAdapter().catch(() => null);
  return adapter !== null && adapter !== undefined && adapter.info?.isFallbackAdapter !== true;
}

const runtimes = new Map<Device, Promise<typeof ort>>();

function loaded(device: Device, options: WebRuntimeOptions, threads: OpenOptions['threads']): Promise<typeof ort> {
  const known = runtimes.get(device);
  if (known !== undefined) return known;
  const load = async () => {
    const runtime: typeof ort =
      device === 'webgpu' ? await import('onnxruntime-web/webgpu') : await import('onnxruntime-web/wasm');
    const base = baseOf(options);
    const [mjs, wasm] = runtimeFiles[device].map((file) => new URL(file, base).href);
    Object.assign(runtime.env.wasm, { wasmPaths: { mjs, wasm }, numThreads: threadsOf(threads ?? options.threads) });
    if (runtime.env.logLevel === 'warning') runtime.env.logLevel = 'fatal';
    return runtime;
  };
  const runtime = load();
  runtimes.set(device, runtime);
  // What could not be fetched may be there the next time.
  runtime.catch(() => runtimes.delete(device));
  return runtime;
}

function baseOf({ wasm }: WebRuntimeOptions): string {
  const { href } = new URL(wasm, location.href);
  return href.endsWith('/') ? href : `${href}/`;
}

function threadsOf(asked: number | undefined): number {
  if (!crossOriginIsolated) return 1;
  return asked ?? Math.min(Math.ceil(navigator.hardwareConcurrency / 2), most);
}

function serial(session: ort.InferenceSession): Session {
  return {
    inputNames: session.inputNames,
    run: (feeds, fetches) => inTurn(() => session.run(feeds, [...fetches])),
    release: () => inTurn(() => session.release()),
  };
}
