/** What operating systems say where files, disks, memory, processes or connections fail, whoever asks. */
const systemCodes: ReadonlySet<string> = new Set([
  ...['ENOENT', 'ENOTDIR', 'EEXIST', 'ENAMETOOLONG', 'ELOOP', 'ENXIO', 'ENODEV', 'ESTALE'],
  ...['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EFBIG', 'EBUSY', 'ETXTBSY', 'EXDEV', 'ENOLCK', 'EREMOTEIO'],
  ...['EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR', 'ECANCELED', 'EPIPE'],
  ...['ETIMEDOUT', 'ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'ENOTCONN', 'ENOTFOUND', 'EAI_AGAIN'],
  ...['EHOSTUNREACH', 'EHOSTDOWN', 'ENETUNREACH', 'ENETDOWN'],
]);

/** Codes of Understory that say the same, whatever stands behind them. */
const ownCodes: ReadonlySet<string> = new Set([
  'OUTPUT_NOT_WRITABLE',
  'RUN_FOLDER_NOT_WRITABLE',
  'RUN_FOLDER_NOT_READABLE',
]);

/**
 * The code by which an error, or one that caused it, is a failure of the environment: a full disk, no permission, a file that is gone.
 * Undefined for every other error. Such a failure says nothing about what was worked on, so it must not be recorded as a result.
 */
export function environmentFailure(error: unknown): string | undefined {
  const seen = new Set<unknown>();
  for (let link = error; typeof link === 'object' && link !== null && !seen.has(link);) {
    seen.add(link);
    const code: unknown = Reflect.get(link, 'code');
    if (typeof code === 'string' && (systemCodes.has(code) || ownCodes.has(code))) return code;
    link = Reflect.get(link, 'cause');
  }
  return undefined;
}
