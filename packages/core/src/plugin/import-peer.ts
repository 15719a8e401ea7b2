import { errors } from '../errors/index.ts';

/**
 * An optional package, imported by the plugin that needs it: `importPeer('pkg', 'npm install pkg', () => import('pkg'))`.
 * Throws MISSING_PEER where it is not installed, PEER_NOT_LOADABLE where it is and fails.
 */
export async function importPeer<T>(name: string, install: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (isAbsent(name, cause)) throw errors.missingPeer({ name, install, cause });
    const reason = typeof cause === 'object' && cause !== null && 'message' in cause ? cause.message : cause;
    throw errors.peerNotLoadable({ name, install, reason: String(reason), cause });
  }
}

/** A package that lacks one of its own dependencies fails with the same code, but names another package. */
function isAbsent(name: string, cause: unknown): boolean {
  if (typeof cause !== 'object' || cause === null) return false;
  const { code, message } = cause as { readonly code?: unknown; readonly message?: unknown };
  const named = /'([^']+)'/.exec(String(message))?.[1];
  return (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') && named === name;
}
