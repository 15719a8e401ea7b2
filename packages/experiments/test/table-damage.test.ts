import { describe, expect, it } from '@jest/globals';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runExperiment, tableDamage } from '../src/index.ts';
import { nodeStore } from '../src/node/index.ts';
import { request, withFolder } from './support/study.ts';

/** What is found in a finished run after its tables were changed, as `[file, reason]`. */
async function damageAfter(change: (tables: string) => Promise<unknown>): Promise<readonly (readonly string[])[]> {
  let found: readonly (readonly string[])[] = [];
  await withFolder(async (folder) => {
    await runExperiment(request(folder, 9));
    await change(join(folder, 'tables'));
    const damage = await tableDamage(nodeStore(folder));
    expect(new Set(damage.map(({ code }) => code)).size).toBeLessThan(2);
    found = damage.map((error) => [
      error.message.replace(`${join(folder, 'tables')}`, 'tables').replace(' is not as the run wrote it.', ''),
      error.found,
    ]);
  });
  return found;
}

const changed = (file: string, change: (bytes: Uint8Array) => Uint8Array) => async (tables: string) =>
  writeFile(join(tables, file), change(await readFile(join(tables, file))));

describe('tableDamage', () => {
  it('finds nothing in tables as they were written', async () => {
    expect(await damageAfter(async () => undefined)).toEqual([]);
  });

  it.each([
    ['a CSV that is gone', (tables: string) => rm(join(tables, 'rows.csv')), 'rows.csv', 'no such file'],
    [
      'a table of failures that is gone',
      (tables: string) => rm(join(tables, 'failures.parquet')),
      'failures.parquet',
      'no such file',
    ],
    ['a CSV that was cut', changed('rows.csv', (bytes) => bytes.subarray(0, -3)), 'rows.csv', 'the end is missing'],
    ['an empty CSV', changed('rows.csv', () => new Uint8Array()), 'rows.csv', 'no columns in its first line'],
    [
      'a Parquet that was cut',
      changed('rows.parquet', (bytes) => bytes.subarray(0, -3)),
      'rows.parquet',
      'the end is missing',
    ],
    ['no Parquet', changed('rows.parquet', () => new Uint8Array(40)), 'rows.parquet', 'not Parquet'],
    [
      'a footer that is longer than the file',
      changed('rows.parquet', (bytes) => bytes.with(bytes.length - 5, 127)),
      'rows.parquet',
      expect.stringMatching(/^a footer of 21\d{8} bytes in a file of \d+$/),
    ],
  ])('names %s', async (_, change, file, reason) => {
    expect(await damageAfter(change)).toEqual([[`"tables/${file}"`, reason]]);
  });

  it('says that no table of results is there where the folder is gone', async () => {
    expect(await damageAfter((tables) => rm(tables, { recursive: true }))).toEqual([
      ['"tables"', 'no table of results'],
      ['"tables/failures.csv"', 'no such file'],
      ['"tables/failures.parquet"', 'no such file'],
    ]);
  });

  it('asks for no tables of a run that has not finished', async () => {
    await withFolder(async (folder) => {
      await runExperiment({ ...request(folder), shard: { index: 0, count: 2 } });
      expect(await tableDamage(nodeStore(folder))).toEqual([]);
    });
  });
});
