import { cp, mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, normalize, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { bundledFiles } from '../src/page/bundled.ts';

/** Where what lies beside the page comes from: bundled models, and the runtime that runs them. */
export const sources: Readonly<Record<string, string>> = {
  models: fileURLToPath(new URL('../../zoo/models/', import.meta.url)),
  ort: dirname(createRequire(import.meta.url).resolve('onnxruntime-web')),
};

/** The files of the runtime that a page loads, on a processor and on a graphics processor. */
const runtime = [
  ...['ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'],
  ...['ort-wasm-simd-threaded.asyncify.mjs', 'ort-wasm-simd-threaded.asyncify.wasm'],
];

const types: Readonly<Record<string, string>> = {
  ...{ '.mjs': 'text/javascript', '.js': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' },
};

/** Serves models and the runtime beside the page while it is worked on; in the mode `site` they are copied beside what is built. */
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
      const files = [
        ...bundledFiles.map((file) => [join(sources['models']!, file), join('models', file)] as const),
        ...runtime.map((file) => [join(sources['ort']!, file), join('ort', file)] as const),
      ];
      for (const [from, to] of files) {
        await mkdir(dirname(join(folder, to)), { recursive: true });
        await cp(from, join(folder, to));
      }
    },
  };
}
