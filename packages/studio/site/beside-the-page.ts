import { cp, mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, normalize, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { bundledFiles } from '../src/page/bundled.ts';

const { resolve: resolvePackage } = createRequire(import.meta.url);

/** Where what lies beside the page comes from: bundled models, and the runtimes that run them and TensorFlow.js models. */
export const sources: Readonly<Record<string, string>> = {
  models: fileURLToPath(new URL('../../zoo/models/', import.meta.url)),
  ort: dirname(resolvePackage('onnxruntime-web')),
  tfjs: dirname(resolvePackage('@tensorflow/tfjs-backend-wasm')),
};

/** The files of the runtimes that a page loads, by the folder of each: on a processor and on a graphics processor; with and without SIMD. */
const runtimes: Readonly<Record<string, readonly string[]>> = {
  ort: [
    ...['ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'],
    ...['ort-wasm-simd-threaded.asyncify.mjs', 'ort-wasm-simd-threaded.asyncify.wasm'],
  ],
  tfjs: ['tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm.wasm'],
};

const types: Readonly<Record<string, string>> = {
  ...{ '.mjs': 'text/javascript', '.js': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' },
};

/** Serves models and the runtimes beside the page while it is worked on; in the mode `site` they are copied beside what is built. */
export function besideThePage(mode: string): Plugin {
  let folder = '';
  return {
    name: 'beside-the-page',
    configResolved({ build, root }) {
      folder = resolve(root, build.outDir);
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const [, first = '', ...rest] = normalize(new URL(request.url ?? '/', 'http://page').pathname).split('/');
        const source = sources[first];
        if (source === undefined) return next();
        const path = join(source, ...rest);
        readFile(path).then(
          (bytes) => {
            response.setHeader('content-type', types[path.replace(/^.*(?=\.)/, '')] ?? 'application/octet-stream');
            response.end(bytes);
          },
          () => next(),
        );
      });
    },
    async closeBundle() {
      if (mode !== 'site') return;
      const parts = Object.entries({ models: bundledFiles, ...runtimes });
      for (const [part, file] of parts.flatMap(([name, files]) => files.map((each) => [name, each] as const))) {
        const to = join(folder, part, file);
        await mkdir(dirname(to), { recursive: true });
        await cp(join(sources[part]!, file), to);
      }
    },
  };
}
