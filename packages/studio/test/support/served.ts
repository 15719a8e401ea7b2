import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { httpEngine, type StudioEngine } from '../../src/index.ts';
import { onSources } from './on-sources.ts';
import { serveStudio, type StudioServer } from '../../src/server/index.ts';

const here = (path: string) => new URL(path, import.meta.url);

export interface Served {
  readonly server: StudioServer;
  readonly engine: StudioEngine;
  readonly token: string;
  /** `served/` is served, `secret/` is not. */
  readonly folder: string;
  /** Sends a request as it is given, without what a browser or `fetch` would correct in it. */
  ask(asked: Asked): Promise<Answer>;
  /** Removes the folder. */
  remove(): Promise<void>;
}

interface Asked {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A studio over a folder of its own, with pictures, a model and links out of it. */
export async function serve(): Promise<Served> {
  const folder = await mkdtemp(join(tmpdir(), 'studio-'));
  const path = (name: string) => join(folder, name);
  for (const name of ['served/photos/cat', 'secret', 'page/samples', 'runs'])
    await mkdir(path(name), { recursive: true });
  const cat = fileURLToPath(here('../../../cli/samples/chelsea.png'));
  for (const name of ['served/photos/cat/chelsea.png', 'secret/own.png', 'page/samples/sample.png'])
    await cp(cat, path(name));
  await cp(fileURLToPath(here('../../../zoo/models/cifar10-resnet')), path('served/resnet'), { recursive: true });
  await writeFile(path('secret/labels.txt'), 'a\nb\n');
  await symlink(path('secret/own.png'), path('served/link.png'));
  await symlink(path('secret'), path('served/links'));
  await writeFile(path('page/index.html'), '<!doctype html><html><head></head><body></body></html>');
  await writeFile(path('page/main.js'), 'export {};');
  const { server, engine, token } = await begin(folder);
  return {
    ...{ server, engine, token, folder },
    ask: (asked) => ask(server.port, asked),
    async remove() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function begin(folder: string) {
  const server = await serveStudio({
    ...{ paths: ['served'], runs: 'runs', cwd: folder, page: join(folder, 'page') },
    execArgv: onSources,
  });
  const token = new URL(server.url).searchParams.get('token') ?? '';
  const engine = httpEngine({ base: `http://127.0.0.1:${server.port}/api`, token });
  return { server, engine, token };
}

function ask(port: number, { method = 'GET', path, headers = {}, body }: Asked): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}
