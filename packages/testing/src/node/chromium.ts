import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** What a page is given. */
export interface Page {
  /** A module, which posts its results to `/results` as JSON. */
  readonly script: string | Uint8Array;
  /** Served under `/files/` by their names, which are listed as JSON at `/names`. */
  readonly files: ReadonlyMap<string, Uint8Array | string>;
  /** Whether the page is cross-origin isolated, so that there is memory that threads share; false by default. */
  readonly isIsolated?: boolean;
  /** What Chromium is started with besides. */
  readonly flags?: readonly string[];
}

const types: Readonly<Record<string, string>> = {
  js: 'text/javascript',
  mjs: 'text/javascript',
  wasm: 'application/wasm',
};

/** The path of a Chromium, or undefined where there is none. */
export function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const paths = ['chromium', 'chromium-browser', 'google-chrome'].flatMap((name) =>
    folders.map((folder) => join(folder, name)),
  );
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Runs a page in a headless Chromium and hands back what it posts; throws where Chromium ends before that. */
export async function runInChromium<Results>(
  chromium: string,
  { script, files, isIsolated = false, flags = [] }: Page,
): Promise<Results> {
  const { promise, resolve, reject } = withResolvers<Results>();
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    if (isIsolated) {
      response.setHeader('cross-origin-opener-policy', 'same-origin');
      response.setHeader('cross-origin-embedder-policy', 'require-corp');
    }
    if (url === '/')
      response.setHeader('content-type', 'text/html').end('<script type="module" src="/page.js"></script>');
    else if (url === '/page.js') response.setHeader('content-type', 'text/javascript').end(script);
    else if (url === '/names') response.end(JSON.stringify([...files.keys()]));
    else if (url === '/results') {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        response.end();
        resolve(JSON.parse(Buffer.concat(chunks).toString()) as Results);
      });
    } else {
      const name = decodeURIComponent(url.replace('/files/', ''));
      const file = files.get(name);
      const type = types[name.replace(/^.*\./, '')] ?? 'application/octet-stream';
      response.writeHead(file === undefined ? 404 : 200, { 'content-type': type }).end(file);
    }
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const profile = mkdtempSync(join(tmpdir(), 'understory-chromium-'));
  const { port } = server.address() as AddressInfo;
  const options = ['--headless=new', '--no-sandbox', '--no-first-run', '--enable-unsafe-swiftshader', ...flags];
  const browser = spawn(chromium, [...options, `--user-data-dir=${profile}`, `http://127.0.0.1:${port}/`], {
    stdio: 'ignore',
  });
  const ended = new Promise<void>((left) => browser.once('close', () => left()));
  browser.once('error', reject);
  void ended.then(() => reject(new Error('Chromium ended before it sent its results')));
  try {
    return await promise;
  } finally {
    browser.kill();
    await ended;
    server.closeAllConnections();
    server.close();
    await removeOnceQuiet(profile);
  }
}

function withResolvers<T>() {
  let [resolve, reject]: [(value: T) => void, (reason: unknown) => void] = [() => {}, () => {}];
  const promise = new Promise<T>((...both) => ([resolve, reject] = both));
  return { promise, resolve, reject };
}

/** Removes a folder that processes of a browser may still write to for seconds after the first of them has ended. */
async function removeOnceQuiet(folder: string): Promise<void> {
  for (let left = 40; left > 0; left -= 1) {
    try {
      rmSync(folder, { recursive: true, force: true });
      return;
    } catch (error) {
      if (left === 1) throw error;
      await wait(250);
    }
  }
}
