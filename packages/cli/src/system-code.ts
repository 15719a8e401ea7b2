/** The system's code of a failed file operation, such as `ENOENT`; empty where there is none. */
export function systemCode(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
}
