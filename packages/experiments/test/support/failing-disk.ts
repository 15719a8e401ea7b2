import type { FileHandle } from 'node:fs/promises';
import { disk, type FileSystem } from '../../src/node/file-system.ts';

/** What stands before each operation of a disk; it may throw, and of a write it says how many bytes still go through. */
export type Gate = (operation: { readonly name: string; readonly path: string; readonly bytes: number }) => number;

/** The real disk with a gate before every operation, those of open files included; closing always works. */
export function gatedDisk(gate: Gate): FileSystem {
  return new Proxy(
    { ...disk },
    {
      get(files, name: keyof FileSystem) {
        const operation = files[name] as (path: string, ...rest: unknown[]) => Promise<unknown>;
        return async (path: string, ...rest: unknown[]) => {
          gate({ name, path, bytes: 0 });
          const result = await operation(path, ...rest);
          return name === 'open' ? gatedFile(result as FileHandle, path, gate) : result;
        };
      },
    },
  );
}

function gatedFile(file: FileHandle, path: string, gate: Gate): FileHandle {
  return new Proxy(file, {
    get(handle, name) {
      const operation: unknown = Reflect.get(handle, name, handle);
      if (typeof operation !== 'function') return operation;
      return async (...rest: unknown[]) => {
        if (name === 'close') return Reflect.apply(operation, handle, rest);
        if (name !== 'write') {
          gate({ name: String(name), path, bytes: 0 });
          return Reflect.apply(operation, handle, rest);
        }
        const [bytes, offset, length] = rest as [Uint8Array, number, number];
        const through = gate({ name, path, bytes: length });
        if (through > 0) return handle.write(bytes, offset, Math.min(through, length));
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
      };
    },
  });
}

/** Dies at an operation, having written some of its bytes, and does nothing any more: what a kill leaves of the disk. */
export function dyingDisk(atOperation: number, share: number): { readonly fileSystem: FileSystem; operations: number } {
  let torn = false;
  const state = { operations: 0 };
  const dead = () => new Error('the process was killed');
  const fileSystem = gatedDisk(({ bytes }) => {
    if (torn) throw dead();
    state.operations += 1;
    if (state.operations < atOperation) return bytes;
    torn = true;
    const through = Math.floor(bytes * share);
    if (through === 0) throw dead();
    return through;
  });
  return Object.assign(state, { fileSystem });
}
