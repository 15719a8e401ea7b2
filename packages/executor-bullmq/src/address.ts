import { queueErrors } from './errors.ts';

/** Where a Redis is, and how one is let in. */
export interface QueueAddress {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  readonly isSecure: boolean;
  /** For people: without user and password. */
  readonly shown: string;
}

/** The environment variable that holds the password where the URL has none, so that lists of processes do not show it. */
const passwordVariable = 'UNDERSTORY_QUEUE_PASSWORD';

/**
 * Reads `redis://[user:password@]host[:port][/number]`, or `rediss://` for TLS; a password that is not in the URL comes from the
 * environment. Throws QUEUE_URL_INVALID, which does not repeat the URL.
 */
export function parseAddress(
  url: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): QueueAddress {
  let parsed: URL;
  let [username, password] = ['', ''];
  try {
    parsed = new URL(url);
    [username, password] = [decodeURIComponent(parsed.username), decodeURIComponent(parsed.password)];
  } catch {
    throw queueErrors.urlInvalid({ reason: 'no URL' });
  }
  const { protocol, hostname, pathname, search, hash } = parsed;
  if (protocol !== 'redis:' && protocol !== 'rediss:') {
    throw queueErrors.urlInvalid({ reason: `a URL that begins with ${protocol}` });
  }
  if (hostname === '') throw queueErrors.urlInvalid({ reason: 'a URL without a host' });
  const number = /^\/?(\d{0,4})\/?$/.exec(pathname)?.[1];
  if (number === undefined) throw queueErrors.urlInvalid({ reason: 'a URL whose path is no number of a database' });
  if (search !== '' || hash !== '') throw queueErrors.urlInvalid({ reason: 'a URL with a query or a fragment' });
  const [port, db] = [parsed.port === '' ? 6379 : Number(parsed.port), Number(number)];
  const given = password === '' ? env[passwordVariable] : password;
  return {
    ...{ host: hostname.replace(/^\[(.*)\]$/, '$1'), port, db, isSecure: protocol === 'rediss:' },
    ...(username !== '' && { username }),
    ...(given !== undefined && given !== '' && { password: given }),
    shown: `${protocol}//${hostname}:${port}/${db}`,
  };
}
