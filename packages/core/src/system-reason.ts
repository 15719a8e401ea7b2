import { messageOf } from './message-of.ts';

/** The system's code of a failed file operation, such as `ENOENT`; empty where there is none. */
export function systemCode(cause: unknown): string {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
}

/** What the system says of a failed file operation, in words. */
export function reasonOf(cause: unknown): string {
  return systemReasons[systemCode(cause)] ?? messageOf(cause);
}

const systemReasons: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EEXIST: 'a file of that name is in the way of the folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
  ENOENT: 'there is no such file',
  ENOSPC: 'the disk is full',
  EROFS: 'the disk is read-only',
  ELOOP: 'it is a link that leads back to itself',
  ENAMETOOLONG: 'the name is too long',
};
