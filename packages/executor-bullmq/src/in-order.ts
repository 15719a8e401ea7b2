import type { KeptFile } from '@understory/core';

/** Keeps the files of one answer after those of the other: a later one of the same worker may remove what an earlier one wrote. */
export function inOrder(keep: (file: KeptFile) => Promise<void>): (files: readonly KeptFile[]) => Promise<void> {
  let last = Promise.resolve();
  return (files) => {
    const own = last.then(async () => {
      for (const file of files) await keep(file);
    });
    last = own.catch(() => undefined);
    return own;
  };
}
