import type { ExecutorKind } from '@understory/core';

/** Works on items where the work is open. */
export const inThisProcess: ExecutorKind = {
  async open({ here }) {
    return { notes: [], execute: (items) => here.execute(items), close: async () => undefined };
  },
};
