import { expect, it } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { byExampleRank, exampleFile } from '@understory/report';
import { exampleStore } from '../src/kept-examples.ts';

it('keeps the examples that the seed prefers, each whole, however many are written at once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'understory-kept-'));
  const items = Array.from({ length: 12 }, (_, at) => `image-${at}`);
  const best = byExampleRank(items, (item) => item, 3).slice(0, 2);
  // The worst first, so that each takes the place of one that was offered before it.
  const order = byExampleRank(items, (item) => item, 3).toReversed();
  const keep = await exampleStore(folder, { most: 2, seed: 3, kept: [] });
  await Promise.all(
    order.map((item) =>
      keep({ item, kind: 'all' }, async (own) => {
        for (const name of ['a', 'b', 'c', exampleFile]) {
          await new Promise((resolve) => setImmediate(resolve));
          await writeFile(join(own, name), item);
        }
      }),
    ),
  );
  const kept = await readdir(folder);
  const records = await Promise.all(kept.map((name) => readFile(join(folder, name, exampleFile), 'utf8')));
  const files = await Promise.all(kept.map(async (name) => (await readdir(join(folder, name))).length));
  await rm(folder, { recursive: true });
  expect([kept, records, files]).toEqual([best.toSorted(), best.toSorted(), [4, 4]]);
});
