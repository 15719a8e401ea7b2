import { constants, type Stats } from 'node:fs';
import { open, stat } from 'node:fs/promises';

/** The most bytes that are read of a file, by what it holds. */
export const fileLimits = {
  /** 512 MiB. */
  image: 2 ** 29,
  /** Labels, lists and annotations: 128 MiB. */
  text: 2 ** 27,
  /** `config.json` and the like: 64 MiB. */
  configuration: 2 ** 26,
} as const;

/** Why a file is not read although it could be opened; `message` is said as a reason. */
export class FileRefused extends Error {}

/**
 * The bytes of a file, links followed. What is no file (a folder, a pipe, a device, a socket) is not opened, or left at once,
 * so that nothing waits for a writer that never comes and nothing is read without end.
 * Rejects with FileRefused for these and where there are more than `maxBytes`, with the system's error otherwise.
 */
export async function readRegularFile(path: string, maxBytes: number): Promise<Uint8Array> {
  check(await stat(path), maxBytes);
  // Where a pipe took the place of the file meanwhile, opening it must not wait.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const found = await file.stat();
    check(found, maxBytes);
    // One more, to see the end; files of the system state no size.
    let bytes = new Uint8Array(found.size + 1);
    let filled = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled);
      filled += bytesRead;
      if (filled > maxBytes) throw new FileRefused(tooLong(filled, maxBytes));
      if (bytesRead === 0) return bytes.subarray(0, filled);
      if (filled < bytes.length) continue;
      const larger = new Uint8Array(2 * bytes.length);
      larger.set(bytes);
      bytes = larger;
    }
  } finally {
    await file.close();
  }
}

/** The text of a file in UTF-8, or in UTF-16 where it begins with that mark; the mark is left out. Rejects as `readRegularFile` does. */
export async function readTextFile(path: string, maxBytes: number = fileLimits.text): Promise<string> {
  const bytes = await readRegularFile(path, maxBytes);
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

/** What lies somewhere, where it is no file: `a folder`, `a named pipe` ...; undefined for a file. */
export function otherThanFile(found: Stats): string | undefined {
  if (found.isFile()) return undefined;
  if (found.isDirectory()) return 'a folder';
  if (found.isFIFO()) return 'a named pipe';
  if (found.isSocket()) return 'a socket';
  return 'a device';
}

function check(found: Stats, maxBytes: number): void {
  const other = otherThanFile(found);
  if (other !== undefined) throw new FileRefused(`it is ${other}, not a file`);
  if (found.size > maxBytes) throw new FileRefused(tooLong(found.size, maxBytes));
}

function tooLong(found: number, most: number): string {
  return `${found} bytes or more, where at most ${most} are read`;
}
