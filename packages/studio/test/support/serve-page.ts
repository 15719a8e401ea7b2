import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { answerParts, type StudioEngine } from '../../src/index.ts';
import { sources } from '../../site/beside-the-page.ts';

const types: Readonly<Record<string, string>> = {
  ...{ html: 'text/html', js: 'text/javascript', mjs: 'text/javascript', css: 'text/css', svg: 'image/svg+xml' },
  ...{ wasm: 'application/wasm', png: 'image/png', jpg: 'image/jpeg', json: 'application/json' },
};

export interface Served {
  readonly address: string;
  close(): Promise<void>;
}

/** Serves a built page with models and runtime beside it, and an engine below `api/` where one is given. */
export async function servePage(folder: string, engine?: StudioEngine): Promise<Served> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page');
    const [, first = '', ...rest] = normalize(decodeURIComponent(pathname)).split('/');
    if (first === 'api' && engine !== undefined) {
      void answer(engine, rest.join('/'), request, response);
      return;
    }
    const path = first === '' ? join(folder, 'index.html') : join(sources[first] ?? join(folder, first), ...rest);
    readFile(path).then(
      (bytes) =>
        response.setHeader('content-type', types[path.replace(/^.*\./, '')] ?? 'application/octet-stream').end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function answer(
  engine: StudioEngine,
  method: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const body: Buffer[] = [];
  for await (const chunk of request) body.push(chunk as Buffer);
  for await (const part of answerParts(engine, method, new Uint8Array(Buffer.concat(body)), gone.signal))
    response.write(part);
  response.end();
}
