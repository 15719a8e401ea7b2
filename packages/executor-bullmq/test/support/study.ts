import type { Experiment } from '@understory/core';
import type { RunRequest } from '@understory/experiments';
import { nodeStore } from '@understory/experiments/node';
import { contractRows } from '@understory/testing/executor-work';
import { itemsOf } from './handing-out.ts';

/** How many items the study has. */
export const count = 24;

interface Item {
  readonly id: string;
}

const experiment: Experiment<Item, unknown, number> = {
  rows: async ({ id }) => contractRows(id, {}),
  async summarise(rows) {
    let sum = 0;
    for await (const row of rows) sum += JSON.stringify(row).length;
    return sum;
  },
};

/** What a run of the work of the contract needs, in a folder. */
export const studyIn = (folder: string): RunRequest<Item, unknown, number> => ({
  ...{ experiment, store: nodeStore(folder), description: { work: 'contract' }, seed: 0 },
  items: itemsOf(Array.from({ length: count }, (_, at) => `item-${at}`)),
});
