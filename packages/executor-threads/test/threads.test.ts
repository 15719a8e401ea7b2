import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentFailure } from '@understory/core';
import { batchFor, workerCount } from '../src/index.ts';
import { itemsOf, moduleOf, openThreads, outcomesById } from './support/open-threads.ts';

const module = moduleOf('./mortal-work.ts');

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'understory-threads-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('threads', () => {
  it('gives the items of a worker that ends to others, and gives up only what ends every one', async () => {
    const { opened } = await openThreads({ module, data: { folder }, workers: 2 });
    try {
      const ids = ['item-0', 'exit-1', 'item-2', 'exit-99', 'item-4', 'throw-2', 'item-6', 'item-7'];
      const outcomes = await outcomesById(opened.execute(itemsOf(ids)));
      expect([...outcomes.keys()].sort()).toEqual([...ids].sort());
      const rows = ids.map((id) => {
        const outcome = outcomes.get(id)!;
        return 'error' in outcome ? (outcome.error as { code: string }).code : outcome.rows;
      });
      const plain = (id: string, after = 0) => [{ item: id, after }];
      expect(rows).toEqual([
        ...[plain('item-0'), plain('exit-1', 1), plain('item-2'), 'WORKER_LOST', plain('item-4')],
        ...[plain('throw-2', 2), plain('item-6'), plain('item-7')],
      ]);
      expect(outcomes.get('exit-99')).toMatchObject({
        error: {
          message: '"exit-99" was given up: the worker thread that it was given to ended, 3 times.',
          found: 'worker exited with code: 1',
        },
      });
    } finally {
      await opened.close();
    }
  });

  it('stops where workers end one after the other and nothing is done', async () => {
    const { opened } = await openThreads({ module, data: { folder }, workers: 2, together: 1, size: 100 });
    try {
      const ids = Array.from({ length: 30 }, (_, at) => `exit-${100 + at}`);
      await expect(outcomesById(opened.execute(itemsOf(ids)))).rejects.toMatchObject({ code: 'WORKERS_LOST' });
    } finally {
      await opened.close();
    }
  });

  it('stops with the error of the work that cannot be opened, as it would be in this process', async () => {
    const { opened } = await openThreads({ module, data: { folder, isBroken: true }, workers: 2 });
    try {
      const run = outcomesById(opened.execute(itemsOf(['item-0', 'item-1'])));
      await expect(run).rejects.toThrow('no such model');
      await run.catch((error: unknown) => expect(environmentFailure(error)).toBe('ENOENT'));
    } finally {
      await opened.close();
    }
  });

  it('starts workers ahead of the items, each with the work open, and says why where it cannot be', async () => {
    const opened = await openThreads({ module, data: { folder }, workers: 2 });
    await opened.opened.start!();
    expect(opened.opened.workers).toBe(2);
    expect((await outcomesById(opened.opened.execute(itemsOf(['item-0'])))).size).toBe(1);
    await opened.opened.close();
    const broken = await openThreads({ module, data: { folder, isBroken: true }, workers: 2 });
    await expect(broken.opened.start!()).rejects.toThrow('no such model');
    await broken.opened.close();
  });

  it('tells how many there are and what memory they take, and why there are fewer', async () => {
    const asked = { module, data: { folder }, workers: 3, bytes: 512 * 2 ** 20 };
    const notes = [];
    for (const freeMemory of [64, 1].map((gigabytes) => () => gigabytes * 2 ** 30)) {
      const { opened } = await openThreads({ ...asked, freeMemory });
      notes.push(...opened.notes);
      await opened.close();
    }
    expect(notes).toEqual([
      '3 worker threads of about 512 MB each',
      '1 worker thread of about 512 MB instead of 3: 1.0 GB of memory are free',
    ]);
  });
});

describe('workerCount', () => {
  const demand = { asked: 0, cores: 8, items: 100, bytes: 1, free: 1000 };

  it.each([
    ['one a core', {}, 8, 8],
    ['what is asked for', { asked: 3 }, 3, 3],
    ['more than there are cores where that is asked for', { asked: 12 }, 12, 12],
    ['no more than items', { items: 5 }, 5, 5],
    ['what fits into four fifths of the memory', { bytes: 250 }, 3, 8],
    ['fewer than asked for where they would not fit', { asked: 4, bytes: 300 }, 2, 4],
    ['one in any case', { bytes: 5000, items: 0 }, 1, 1],
  ])('is %s', (_, given, count, wanted) => {
    expect(workerCount({ ...demand, ...given })).toEqual({ count, wanted });
  });
});

describe('batchFor', () => {
  it.each([
    ['all that are best worked on together, while many are left', { together: 16, left: 64 }, 16],
    ['half of them towards the end', { together: 16, left: 63 }, 8],
    ['a quarter at the end', { together: 16, left: 31 }, 4],
    ['a quarter where there are more than was said', { together: 16, left: -5 }, 4],
    ['one in any case', { together: 1, left: 0 }, 1],
  ])('is %s', (_, given, size) => {
    expect(batchFor({ count: 2, ...given })).toBe(size);
  });
});
