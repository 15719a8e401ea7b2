import type { OpenWork, ServedWork, WorkProof, WorkSurroundings } from '@understory/core';
import { contractProof, openWork } from '@understory/testing/executor-work';
// Loaded one after the other: Jest fails over modules that two dynamic imports at the same time share.
import '../../src/hand-out.ts';
import '../../src/serve.ts';
import { queue } from '../../src/index.ts';
import type { Timing } from '../../src/timing.ts';

/** Times that let tests be short. */
export const quick: Partial<Timing> = { beat: 200, look: 50, life: 4000, stall: 2000, silence: 12_000 };

export interface Serving {
  readonly notices: (string | Error)[];
  /** How often the work was begun. */
  readonly begun: () => number;
  end(): Promise<void>;
}

interface Served {
  readonly concurrency?: number;
  readonly proof?: WorkProof;
  readonly open?: (data: unknown, around: WorkSurroundings) => ReturnType<typeof openWork>;
  readonly refuse?: Error;
  /** Of memory, for each batch. */
  readonly bytes?: number;
}

/** A worker in this process that does the work of the contract, or what it is given. */
export function serving(
  url: string,
  { concurrency = 1, proof = contractProof, open = openWork, refuse, bytes = 1 }: Served = {},
): Serving {
  const interruption = new AbortController();
  const notices: (string | Error)[] = [];
  let begun = 0;
  const ended = queue({ url, timing: quick }).serve!({
    ...{ concurrency, signal: interruption.signal, onNotice: (notice) => void notices.push(notice) },
    async open(data): Promise<ServedWork> {
      if (refuse !== undefined) throw refuse;
      return {
        ...{ proof, bytes },
        begin(around) {
          begun += 1;
          return open(data, around);
        },
        close: async () => undefined,
      };
    },
  });
  return {
    ...{ notices, begun: () => begun },
    async end() {
      interruption.abort();
      await ended;
    },
  };
}

/** The work of the contract, a tenth of a second for each batch. */
export const slowly: OpenWork = async (data, around) => {
  const work = await openWork(data, around);
  return {
    ...work,
    async rows(own) {
      await new Promise<void>((resolve) => void setTimeout(resolve, 100));
      return work.rows(own);
    },
  };
};
