import { env } from '@tensorflow/tfjs-core';
import type { EngineSource } from '../engines.ts';

/** What has to be served for the engine `wasm`, as @tensorflow/tfjs-backend-wasm has it in its folder dist; the second one where there is no SIMD. */
export const engineFiles = ['tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm.wasm'] as const;

export interface WebEnginesOptions {
  /** The folder that `engineFiles` are served from, relative to the page or worker; decided by the first model that is opened. */
  readonly wasm: string | URL;
}

/** The engines in a browser, in order of preference. */
export function webEngines({ wasm }: WebEnginesOptions): readonly EngineSource[] {
  return [
    { name: 'wasm', backend: 'wasm', load: () => loadWasm(wasm) },
    { name: 'cpu', backend: 'cpu', load: () => import('@tensorflow/tfjs-backend-cpu') },
  ];
}

async function loadWasm(folder: string | URL): Promise<void> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  const { href } = new URL(folder, location.href);
  setWasmPaths(href.endsWith('/') ? href : `${href}/`);
  // Threads would be started from the source text of a function, which bundlers change and a strict policy of content forbids.
  env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
}
