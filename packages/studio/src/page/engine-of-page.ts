import type { StudioEngine } from '../engine/engine.ts';
import { httpEngine } from '../wire/http.ts';
import { portEngine } from '../wire/port.ts';

/** Where the token of a served page is kept while its tab is open. */
const tokenName = 'understory-token';

/** The engine of a server where the page was given its token or comes from one, which says what is wrong without it; else one in a worker. */
export function engineOfPage(): StudioEngine {
  const token = takeToken();
  const isServed = document.querySelector('meta[name=understory-engine][content=served]') !== null;
  if (token !== undefined || isServed)
    return httpEngine({ base: new URL('api', location.href).href, token: token ?? '' });
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'engine' });
  const remote = portEngine(worker, () => worker.terminate());
  worker.addEventListener('error', ({ message }) =>
    remote.lose(message === '' ? 'its worker does not start' : message),
  );
  return remote;
}

/** The token is in the address that the server prints, and is taken out of it so that it is in no history. */
function takeToken(): string | undefined {
  const address = new URL(location.href);
  const given = address.searchParams.get('token');
  if (given !== null) {
    sessionStorage.setItem(tokenName, given);
    address.searchParams.delete('token');
    history.replaceState(null, '', address);
  }
  return sessionStorage.getItem(tokenName) ?? undefined;
}
