import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import type { StudioEngine } from '../engine/engine.ts';
import { pack } from '../wire/pack.ts';
import { answerRequest } from './answer-request.ts';
import { isSame } from './check-request.ts';
import { EngineHost } from './engine-host.ts';
import { serverErrors } from './errors.ts';
import { openPage } from './page-files.ts';
import { realpathOf } from './places.ts';
import { Runs } from './runs.ts';
import { Uploads } from './uploads.ts';

/** The one interface that is listened at: no other machine reaches it. */
const address = '127.0.0.1';

/** How long a browser may take to open its ticket, in milliseconds. */
const ticketLife = 60_000;

export interface StudioOptions {
  /** Folders, models and pictures that the page may open; bundled models and what is dropped into it besides. */
  readonly paths?: readonly string[];
  /** The folder that runs are read from and written to, and nothing is written outside of. */
  readonly runs: string;
  /** 0 for any that is free. */
  readonly port?: number;
  /** Where relative paths start, and the configuration is looked for; the folder of the process by default. */
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** For records: `{ understory: '0.1.0' }`. */
  readonly versions?: Readonly<Record<string, string>>;
  /** The folder of the built page; that of this package by default. */
  readonly page?: string;
  /** Told how many studies run in the background, when that changes. */
  readonly onStudies?: (count: number) => void;
  /** Arguments of Node for the processes that run models, such as those of a loader; those of this process by default. */
  readonly execArgv?: readonly string[];
}

export interface StudioServer {
  /** The address of the page, with the token that it needs. */
  readonly url: string;
  readonly port: number;
  /** The address for the command line of a browser, which others on the machine may see: it is good for once, and for a minute. */
  ticket(): string;
  /** Of the process that runs models. */
  readonly enginePid: number | undefined;
  /** Ends connections and processes; studies in the background stop after the image that they are at, and can go on later. */
  close(): Promise<void>;
}

/** Serves the studio to this machine. Throws PATH_NOT_FOUND, PAGE_NOT_BUILT and PORT_NOT_FREE. */
export async function serveStudio({
  paths = [],
  runs: runFolder,
  port = 0,
  cwd = process.cwd(),
  env = process.env,
  versions = {},
  page: pageFolder,
  onStudies = () => undefined,
  execArgv,
}: StudioOptions): Promise<StudioServer> {
  for (const path of paths) {
    if ((await realpathOf(resolve(cwd, path))) === undefined) throw serverErrors.folderMissing({ path });
  }
  const page = await openPage(pageFolder);
  const folder = resolve(cwd, runFolder);
  const uploads = new Uploads(folder);
  await uploads.removeAbandoned();
  const roots = paths.map((path) => resolve(cwd, path));
  const setup = { places: { cwd, roots, uploads: uploads.folder, samples: page.samples }, paths, versions };
  const options = { cwd, env, execArgv };
  const host = new EngineHost(setup, options);
  const runs = new Runs(folder, setup, { ...options, onStudies });

  const token = randomBytes(32).toString('base64url');
  let ticket: string | undefined;
  const takeTicket = (given: string) => {
    if (ticket === undefined || !isSame(given, ticket)) return false;
    ticket = undefined;
    return true;
  };
  const addFiles: StudioEngine['addFiles'] = async ({ files }, { signal = new AbortController().signal } = {}) => {
    const added = await uploads.add(files);
    // The engine keeps open what it read, and hears which files are others now.
    const names = files.map(({ path }) => ({ path, bytes: new Uint8Array() }));
    const parts = host.answer('addFiles', pack({ files: names }), signal);
    while ((await parts.next()).done !== true);
    return added;
  };
  const own = { addFiles, runs };
  const server = createServer((request, response) => {
    void answerRequest(request, response, { page, token, takeTicket, host, own, port: () => bound });
  });
  server.listen({ host: address, port, exclusive: true });
  await once(server, 'listening').catch((cause: unknown) => {
    throw serverErrors.portNotFree({ port, cause });
  });
  const bound = (server.address() as AddressInfo).port;
  host.start();
  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await Promise.all([host.close(), runs.close()]);
    await closed;
    await uploads.close();
  };
  let closing: Promise<void> | undefined;
  return {
    url: `http://${address}:${bound}/?token=${token}`,
    port: bound,
    ticket() {
      const made = randomBytes(32).toString('base64url');
      ticket = made;
      setTimeout(() => {
        if (ticket === made) ticket = undefined;
      }, ticketLife).unref();
      return `http://${address}:${bound}/open?ticket=${made}`;
    },
    get enginePid() {
      return host.pid;
    },
    close: () => (closing ??= close()),
  };
}
