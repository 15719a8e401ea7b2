import { cp, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundledFiles } from '../src/page/bundled.ts';
import { sources } from './beside-the-page.ts';

/** The files of the runtime that a page with one thread or several loads; those for graphics processors are as large again. */
const runtime = [
  ...['ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'],
  ...['ort-wasm-simd-threaded.asyncify.mjs', 'ort-wasm-simd-threaded.asyncify.wasm'],
];

/** The built page with models and runtime beside it, so that it works from any folder of a web server. */
export async function copySite(target: string): Promise<void> {
  await cp(fileURLToPath(new URL('../dist/page/', import.meta.url)), target, { recursive: true });
  const files = [
    ...bundledFiles.map((file) => [join(sources['models']!, file), join('models', file)] as const),
    ...runtime.map((file) => [join(sources['ort']!, file), join('ort', file)] as const),
  ];
  for (const [from, to] of files) {
    await mkdir(dirname(join(target, to)), { recursive: true });
    await cp(from, join(target, to));
  }
}
