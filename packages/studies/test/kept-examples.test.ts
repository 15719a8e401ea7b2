import { expect, it } from '@jest/globals';
import { byExampleRank } from '../src/common/chosen-examples.ts';
import { exampleStore } from '../src/common/kept-examples.ts';
import { exampleFile } from '../src/common/stored-examples.ts';
import { memoryFiles } from './support/memory-files.ts';

it('keeps the examples that the seed prefers, each whole, however many are written at once', async () => {
  const store = memoryFiles();
  const items = Array.from({ length: 12 }, (_, at) => `image-${at}`);
  const best = byExampleRank(items, (item) => item, 3).slice(0, 2);
  // The worst first, so that each takes the place of one that was offered before it.
  const order = byExampleRank(items, (item) => item, 3).toReversed();
  const keep = await exampleStore(store, 'maps', { most: 2, seed: 3, kept: [] });
  await Promise.all(
    order.map((item) =>
      keep({ item, kind: 'all' }, async (own) => {
        for (const name of ['a', 'b', 'c', exampleFile]) {
          await new Promise((resolve) => setImmediate(resolve));
          await store.write(`${own}/${name}`, item);
        }
      }),
    ),
  );
  const kept = best.flatMap((item) => ['a', 'b', 'c', exampleFile].map((name) => [`maps/${item}/${name}`, item]));
  const found = [...store.files].map(([name, bytes]) => [name, new TextDecoder().decode(bytes)]);
  expect(found.sort()).toEqual(kept.sort());
});

it('removes what several workers kept beyond the best, and nothing where no examples are kept', async () => {
  const items = Array.from({ length: 6 }, (_, at) => `image-${at}`);
  const best = byExampleRank(items, (item) => item, 3).slice(0, 2);
  const store = memoryFiles();
  for (const item of items) await store.write(`maps/${item}/${exampleFile}`, item);
  const kept = items.map((item) => ({ item, kind: 'all' }));
  await exampleStore(store, 'maps', { most: 0, seed: 3, kept });
  expect(store.files.size).toBe(6);
  await exampleStore(store, 'maps', { most: 2, seed: 3, kept });
  expect([...store.files.keys()].sort()).toEqual(best.map((item) => `maps/${item}/${exampleFile}`).sort());
});
