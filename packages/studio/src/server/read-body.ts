import type { IncomingMessage } from 'node:http';
import { serverErrors } from './errors.ts';

/** The most that a call sends: masks and changed pictures. */
const mostOfCall = 2 ** 26;
/** The most that files have which are dropped at a time, a model among them. */
const mostOfFiles = 2 ** 30;

/** The most bytes of the body of a call. */
export function mostBytes(method: string): number {
  return method === 'addFiles' ? mostOfFiles : mostOfCall;
}

/** The body of a request; throws REQUEST_TOO_LARGE as soon as it is known to be. */
export async function readBody(request: IncomingMessage, most: number): Promise<Uint8Array> {
  if (Number(request.headers['content-length'] ?? 0) > most) throw serverErrors.bodyTooLarge({ most });
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > most) throw serverErrors.bodyTooLarge({ most });
    chunks.push(chunk);
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.length;
  }
  return body;
}
