import { UnderstoryError, type OpenWork, type Outcome, type WorkProof, type WorkSurroundings } from '@understory/core';

/** What a machine shows that opens this work. */
export const contractProof: WorkProof = { work: 'contract', version: '1' };

/**
 * The work of `executorContract`. An id says what becomes of its item: `bad-` fails with a diagnosis, `gone-` as a file that is not
 * there, `held-` waits for the signal and fails, `file-` keeps files; every other has two rows.
 */
export const openWork: OpenWork = async (data, around) => ({
  async rows(ids) {
    const outcomes: Outcome<string, unknown>[] = [];
    for (const id of ids) {
      if (around.signal.aborted) break;
      try {
        outcomes.push({ item: id, rows: await rowsOf(id, data, around) });
      } catch (error) {
        outcomes.push({ item: id, error });
      }
    }
    return outcomes;
  },
  close: async () => undefined,
});

/** What the item of that id comes to, whoever works on it. */
export function contractRows(id: string, data: unknown): readonly unknown[] {
  const number = Number(id.split('-').at(-1));
  return [
    { item: id, place: 0, value: Math.sin(number), data },
    { item: id, place: 1, value: null, list: [number, `${number}`, true] },
  ];
}

async function rowsOf(id: string, data: unknown, { signal, keep }: WorkSurroundings): Promise<readonly unknown[]> {
  const [kind] = id.split('-');
  switch (kind) {
    case 'bad':
      throw new UnderstoryError({
        ...{ code: 'CONTRACT_ITEM', message: `${id} is bad.`, found: id, expected: 'another', next: 'Take another.' },
        cause: new Error('badness'),
      });
    case 'gone':
      throw Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' });
    case 'held':
      await aborted(signal);
      throw new Error('interrupted');
    case 'file':
      keep({ name: `${id}/first.bin`, bytes: Uint8Array.from([1, 2, id.length]) });
      keep({ name: `${id}/second.txt`, bytes: new TextEncoder().encode(id) });
      keep({ name: `${id}/first.bin` });
      return contractRows(id, data);
    default:
      return contractRows(id, data);
  }
}

/** Looks now and then, as code does that threads share a signal with. */
async function aborted(signal: WorkSurroundings['signal']): Promise<void> {
  while (!signal.aborted) await new Promise<void>((resolve) => void setTimeout(resolve, 5));
}
