import { describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { seededRandom } from '@understory/core';
import { runExperiment } from '../src/index.ts';
import type { FileSystem } from '../src/node/index.ts';
import { dyingDisk } from './support/failing-disk.ts';
import { contents, logged, loggedItems, request, study, withFolder, type Item, type Row } from './support/study.ts';

// Each process compiles its sources first.
jest.setTimeout(300_000);

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Runs the study in a process of its own and kills it when it has told of so many items, wherever it has got to by then, which is a few
 * items further at most; whether it was killed.
 */
async function runAndKill(folder: string, journal: string, count: number, after: number): Promise<boolean> {
  const child = spawn(
    process.execPath,
    [
      ...['--conditions=@understory/source', '--disable-warning=ExperimentalWarning'],
      ...['--import', here('./support/typescript.mjs'), here('./support/run-study.ts')],
      ...[folder, journal, String(count), String(after + 8)],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let told = 0;
  let errors = '';
  child.stderr.on('data', (text) => (errors += text));
  child.stdout.on('data', (text) => {
    told += String(text).split('\n').length - 1;
    if (told > after) child.kill('SIGKILL');
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.on('close', (...end) => resolve(end)),
  );
  if (signal !== 'SIGKILL' && code !== 0) throw new Error(errors);
  return signal === 'SIGKILL';
}

async function uninterrupted(count: number): Promise<Record<string, string>> {
  return withFolder(async (folder) => {
    await runExperiment(request(folder, count));
    return contents(folder);
  });
}

describe('a process that is killed', () => {
  it('goes on where it stopped, does nothing twice and ends as if nothing had been', async () => {
    // More than six kills let through.
    const count = 200;
    const expected = await uninterrupted(count);
    await withFolder(async (folder) => {
      const random = seededRandom('kills');
      const journal = join(dirname(folder), '../journal');
      let kills = 0;
      for (let killed = true; killed;) {
        const flushed = new Set(await loggedItems(folder));
        await writeFile(journal, '');
        // After some kills it may run to its end.
        killed = await runAndKill(folder, journal, count, kills < 6 ? 1 + random.integer(20) : Infinity);
        kills += killed ? 1 : 0;
        const begun = (await readFile(journal, 'utf8')).split('\n').filter((line) => line !== '');
        expect(begun.filter((item) => flushed.has(item))).toEqual([]);
        expect(new Set(begun).size).toBe(begun.length);
      }
      expect(kills).toBe(6);
      expect(await contents(folder)).toEqual(expected);
      const items = await loggedItems(folder);
      expect([items.length, new Set(items).size]).toEqual([count, count]);
    });
  });

  it('may be killed at any operation of the disk, in the middle of a write too', async () => {
    const expected = await uninterrupted(9);
    const death = fc.record({
      at: fc.integer({ min: 1, max: 170 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(death, { minLength: 1, maxLength: 4 }), (deaths) =>
        withFolder(async (folder) => {
          for (const { at, share } of deaths) {
            const { fileSystem } = dyingDisk(at, share);
            const flushed = await loggedItems(folder);
            await runExperiment({ ...request(folder, 9, fileSystem), concurrency: 2 }).catch(() => undefined);
            expect((await loggedItems(folder)).slice(0, flushed.length)).toEqual(flushed);
          }
          await runExperiment(request(folder, 9));
          expect(await contents(folder)).toEqual(expected);
          const items = await loggedItems(folder);
          expect([items.length, new Set(items).size]).toEqual([9, 9]);
        }),
      ),
      { seed: 1, numRuns: 40 },
    );
  });

  it('may be killed at any operation while failures are tried again, which records each result once', async () => {
    const row = { explainer: 'cam', area: 0.25, curve: [1, 2] };
    const healed = { ...study(), rows: async ({ id }: Item): Promise<readonly Row[]> => [{ ...row, item: id }] };
    const again = (folder: string, fileSystem?: FileSystem) => ({
      ...request(folder, 18, fileSystem),
      ...{ experiment: healed, retryFailed: true },
    });
    const expected = await withFolder(async (folder) => {
      await runExperiment(request(folder, 18));
      await runExperiment(again(folder));
      return contents(folder);
    });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 150 }), fc.double({ min: 0, max: 1, noNaN: true }), (at, share) =>
        withFolder(async (folder) => {
          await runExperiment(request(folder, 18));
          const { fileSystem } = dyingDisk(at, share);
          await runExperiment(again(folder, fileSystem)).catch(() => undefined);
          await runExperiment(again(folder));
          expect(await contents(folder)).toEqual(expected);
          // Each of the two that failed stands there once as failed and once with rows.
          const items = (await loggedItems(folder)).toSorted();
          expect(items).toHaveLength(20);
          expect(items.filter((item, place) => items[place + 1] === item)).toEqual(['image-17', 'image-7']);
        }),
      ),
      { seed: 1, numRuns: 25 },
    );
  });

  it('has that many operations of the disk to die at, and leaves nothing but its files', async () => {
    await withFolder(async (folder) => {
      const watched = dyingDisk(Infinity, 0);
      await runExperiment(request(folder, 9, watched.fileSystem));
      expect(watched.operations).toBeGreaterThan(100);
      expect(watched.operations).toBeLessThan(170);
      expect((await readdir(folder)).sort()).toEqual(['rows.jsonl', 'run.json', 'summary.json', 'tables']);
      expect((await logged(folder)).at(-1)).toMatchObject({ items: 9 });
    });
  });
});
