import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { carriedError, isDiagnosed } from '@understory/core';
import type { StudioEngine } from '../engine/engine.ts';
import { answerParts, contentType, errorPart } from '../wire/http.ts';
import { callRefusalOf, refusalOf } from './check-request.ts';
import type { EngineHost } from './engine-host.ts';
import { serverErrors } from './errors.ts';
import { secure } from './headers.ts';
import type { Page } from './page-files.ts';
import { mostBytes, readBody } from './read-body.ts';

/** What answers come from. */
export interface Answering {
  readonly page: Page;
  readonly token: string;
  /** Takes a ticket, which is good for once. */
  takeTicket(given: string): boolean;
  /** The port that is listened at. */
  port(): number;
  readonly host: EngineHost;
  /** What the server does itself: dropped files and runs. */
  readonly own: Partial<StudioEngine>;
}

/** How long a request that is refused may still send, in milliseconds. */
const patience = 2000;

const ownMethods = /^(?:addFiles$|runs\/)/;

/** Answers one request; never throws. */
export async function answerRequest(
  request: IncomingMessage,
  response: ServerResponse,
  answering: Answering,
): Promise<void> {
  try {
    secure(response);
    const refusal = refusalOf(request, answering.port());
    if (refusal !== undefined) return refuse(request, response, refusal.status, refusal.error);
    const { pathname, searchParams } = new URL(request.url!, 'http://127.0.0.1');
    const [, method] = /^\/api\/([\w/]+)$/.exec(pathname) ?? [];
    if (request.method === 'POST' && method !== undefined)
      return await answerCall(method, request, response, answering);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return refuse(request, response, 405, refusedFor(`the method ${request.method}`));
    }
    if (pathname === '/open') {
      if (!answering.takeTicket(searchParams.get('ticket') ?? ''))
        return refuse(request, response, 403, refusedFor('an address that was opened before'));
      response.writeHead(303, { location: `/?token=${answering.token}` }).end();
      return;
    }
    const file = answering.page.files.get(pathname);
    if (file === undefined) return refuse(request, response, 404, refusedFor('a file that the page does not have'));
    response.writeHead(200, { 'content-type': file.type });
    response.end(request.method === 'HEAD' ? undefined : await file.read());
  } catch (error) {
    // The connection is gone, or the file is.
    if (response.headersSent) response.destroy();
    else refuse(request, response, 500, error);
  }
}

/** Streams the parts of an answer; a connection that closes aborts what it asked for. */
async function answerCall(
  method: string,
  request: IncomingMessage,
  response: ServerResponse,
  { token, host, own }: Answering,
): Promise<void> {
  const refusal = callRefusalOf(request, token);
  if (refusal !== undefined) return refuse(request, response, refusal.status, refusal.error);
  const controller = new AbortController();
  const { signal } = controller;
  response.on('close', () => controller.abort());
  let body: Uint8Array;
  try {
    body = await readBody(request, mostBytes(method));
  } catch (error) {
    if (signal.aborted || !isDiagnosed(error)) return void response.destroy();
    return refuse(request, response, 413, error);
  }
  response.writeHead(200, { 'content-type': contentType });
  const parts = ownMethods.test(method) ? answerParts(own, method, body, signal) : host.answer(method, body, signal);
  for await (const bytes of parts) {
    if (signal.aborted) return;
    if (!response.write(bytes)) await once(response, 'drain', { signal });
  }
  response.end();
}

function refusedFor(what: string): Error {
  return serverErrors.refused({
    what,
    expected: 'the page and its calls',
    next: 'Open the address that the studio prints.',
  });
}

/** Calls get an error that the page can read, a person gets its text. */
function refuse(request: IncomingMessage, response: ServerResponse, status: number, error: unknown): void {
  const carried = carriedError(error);
  const isCall = request.method === 'POST';
  // What is still sent is passed over for a while, so that the answer arrives.
  response.setHeader('connection', 'close');
  request.resume();
  setTimeout(() => request.destroy(), patience).unref();
  response.writeHead(status, { 'content-type': isCall ? contentType : 'text/plain; charset=utf-8' });
  response.end(isCall ? errorPart(carried) : `${carried.message} ${carried.next ?? ''}\n`);
}
