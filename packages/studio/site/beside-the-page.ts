import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

/** Where what lies beside the page comes from: bundled models, and the runtime that runs them. */
export const sources: Readonly<Record<string, string>> = {
  models: fileURLToPath(new URL('../../zoo/models/', import.meta.url)),
  ort: dirname(createRequire(import.meta.url).resolve('onnxruntime-web')),
};

const types: Readonly<Record<string, string>> = {
  ...{ '.mjs': 'text/javascript', '.js': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' },
};

/** Serves models and the runtime beside the page while it is worked on. */
export function besideThePage(): Plugin {
  return {
    name: 'beside-the-page',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const [, folder = '', ...rest] = normalize(new URL(request.url ?? '/', 'http://page').pathname).split('/');
        const source = sources[folder];
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
  };
}
