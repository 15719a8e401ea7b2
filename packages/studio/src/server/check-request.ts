import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { contentType } from '../wire/http.ts';
import { serverErrors } from './errors.ts';

/** What a request is refused with. */
export interface Refusal {
  readonly status: number;
  readonly error: Error;
}

const next = 'Open the address that the studio prints.';

/** Why a request is refused that another site, or a name that was bound to this address, could have sent; undefined where it is not. */
export function refusalOf({ headers, url = '' }: IncomingMessage, port: number): Refusal | undefined {
  const { host = '', origin } = headers;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const expected = hosts.join(' or ');
  const refused = (what: string) => ({ status: 403, error: serverErrors.refused({ what, expected, next }) });
  if (!hosts.includes(host.toLowerCase())) return refused(`one for the host "${shown(host)}"`);
  // A page is only ever asked from the same address, which is one of the two.
  if (origin !== undefined && origin !== `http://${host.toLowerCase()}`)
    return refused(`one from the origin "${shown(origin)}"`);
  if (!url.startsWith('/')) return refused(`one for "${shown(url)}"`);
  return undefined;
}

/** Why a call of the engine is refused; undefined where it has the token, and is what the page sends. */
export function callRefusalOf({ headers }: IncomingMessage, token: string): Refusal | undefined {
  const [, given = ''] = /^Bearer ([\w-]+)$/.exec(headers.authorization ?? '') ?? [];
  if (!isSame(given, token)) {
    const what = given === '' ? 'one without a token' : 'one with another token';
    return { status: 401, error: serverErrors.refused({ what, expected: 'the token of this studio', next }) };
  }
  if (headers['content-type'] === contentType) return undefined;
  const what = `one of the type "${shown(headers['content-type'] ?? '')}"`;
  return { status: 415, error: serverErrors.refused({ what, expected: contentType, next }) };
}

/** Takes as long whatever differs. */
export function isSame(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

function shown(text: string): string {
  return text.slice(0, 100);
}
