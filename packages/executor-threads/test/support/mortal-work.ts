import { readFileSync, writeFileSync } from 'node:fs';
import type { OpenWork, Outcome } from '@understory/core';

/**
 * Work whose `exit-` items end their worker, each as often as its number says, counted in files of the folder that is its data;
 * `throw-` leaves an error that nobody catches.
 */
export const openWork: OpenWork = async (data) => {
  const { folder, isBroken } = data as { readonly folder: string; readonly isBroken?: boolean };
  if (isBroken === true) throw Object.assign(new Error('no such model'), { code: 'ENOENT' });
  return {
    async rows(ids) {
      const outcomes: Outcome<string, unknown>[] = [];
      for (const id of ids) {
        const [kind, times] = id.split('-');
        const file = `${folder}/${id}`;
        let before = 0;
        try {
          before = Number(readFileSync(file, 'utf8'));
        } catch {
          // None yet.
        }
        if (kind !== 'item' && before < Number(times)) {
          writeFileSync(file, `${before + 1}`);
          if (kind === 'exit') process.exit(1);
          setImmediate(() => {
            throw new Error('nobody catches this');
          });
          await new Promise(() => undefined);
        }
        outcomes.push({ item: id, rows: [{ item: id, after: before }] });
      }
      return outcomes;
    },
    close: async () => undefined,
  };
};
