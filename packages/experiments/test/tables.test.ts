import { describe, expect, it, jest } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';
import { runExperiment, type Table } from '../src/index.ts';
import { nodeStore } from '../src/node/index.ts';
import { request, withFolder } from './support/study.ts';

// Each flush waits for the disk, which may be busy.
jest.setTimeout(60_000);

/** Runs an experiment whose items have these rows, in order, and reads the table back. */
async function tablesOf<Row>(rows: readonly (readonly Row[])[]) {
  return withFolder(async (folder) => {
    const experiment = {
      rows: async ({ id }: { readonly id: string }) => rows[Number(id.slice(6))]!,
      summarise: async () => null,
    };
    const { items, description, seed } = request(folder, rows.length);
    await runExperiment({ experiment, items, description, seed, store: nodeStore(folder) });
    const bytes = await readFile(join(folder, 'tables/rows.parquet'));
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const { children } = parquetSchema(parquetMetadata(file));
    const types = children.map(({ element }) => [element.name, element.converted_type ?? element.type]);
    return {
      text: await readFile(join(folder, 'tables/rows.csv'), 'utf8'),
      records: await parquetReadObjects({ file }),
      types: Object.fromEntries(types) as Record<string, string>,
    };
  });
}

describe('tables', () => {
  it('have a column for every field, in CSV and in Parquet', async () => {
    const { text, records, types } = await tablesOf([
      [{ label: 'a "b", c', area: 0.1, correct: true, curve: [1, 0.5], details: { spread: 2 } }],
      [{ label: '', area: null, correct: false, late: 1e-7, curve: [] }],
    ]);
    expect(text).toBe(
      [
        'item,label,area,correct,curve,details,late',
        'image-0,"a ""b"", c",0.1,true,"[1,0.5]","{""spread"":2}",',
        'image-1,"",,false,[],,1e-7',
        '',
      ].join('\n'),
    );
    expect(types).toEqual({
      ...{ item: 'UTF8', label: 'UTF8', area: 'DOUBLE', correct: 'BOOLEAN' },
      ...{ curve: 'LIST', details: 'JSON', late: 'DOUBLE' },
    });
    const common = { details: undefined, late: undefined, area: undefined };
    expect(records.map((record) => ({ ...common, ...withoutNull(record) }))).toEqual([
      {
        item: 'image-0',
        label: 'a "b", c',
        area: 0.1,
        correct: true,
        curve: [1, 0.5],
        details: { spread: 2 },
        late: undefined,
      },
      { item: 'image-1', label: '', area: undefined, correct: false, curve: [], details: undefined, late: 1e-7 },
    ]);
  });

  it('keep every digit of a number', async () => {
    const numbers = [1 / 3, -0.1, 1e300, 5e-324, 2 ** 53, -0, 123456789.125];
    const { text, records } = await tablesOf(numbers.map((value) => [{ value }]));
    expect(
      text
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => Number(line.split(',')[1])),
    ).toEqual(numbers.map((x) => x + 0));
    expect(records.map((record) => record['value'])).toEqual(numbers.map((value) => value + 0));
  });

  it('write a column of several kinds as JSON, and rows that are no objects as values', async () => {
    const mixed = await tablesOf<unknown>([[{ value: 1 }], [{ value: 'one' }], [{ value: [1, 'a'] }]]);
    expect(mixed.types).toMatchObject({ value: 'JSON' });
    expect(mixed.records.map((record) => record['value'])).toEqual([1, 'one', [1, 'a']]);
    const plain = await tablesOf<unknown>([[0.5, 0.25], [1]]);
    expect(plain.text).toBe('item,value\nimage-0,0.5\nimage-0,0.25\nimage-1,1\n');
  });

  it('have their columns where they have no rows', async () => {
    const { text, records, types } = await tablesOf([[]]);
    expect([text, records, types]).toEqual(['item\n', [], { item: 'UTF8' }]);
  });

  it('are those that are asked for, with any number of records a row', async () => {
    await withFolder(async (folder) => {
      const tables: readonly Table<{ readonly curve: readonly number[] }>[] = [
        { name: 'curves', records: ({ curve }) => curve.map((y, step) => ({ step, y })) },
        { name: 'ends', records: ({ curve }) => [{ end: curve.at(-1) }] },
      ];
      const { experiment, ...rest } = request(folder, 2);
      const { files } = await runExperiment({ ...rest, experiment, tables });
      expect(files).toEqual([
        ...['tables/failures.csv', 'tables/failures.parquet', 'tables/curves.csv', 'tables/curves.parquet'],
        ...['tables/ends.csv', 'tables/ends.parquet', 'summary.json'],
      ]);
      const curves = await readFile(join(folder, 'tables/curves.csv'), 'utf8');
      expect(
        curves
          .split('\n')
          .slice(0, 3)
          .map((line) => line.split(',').slice(0, 2)),
      ).toEqual([
        ['item', 'step'],
        ['image-0', '0'],
        ['image-0', '1'],
      ]);
    });
  });

  it('are longer than what is held in memory at once', async () => {
    const rows = Array.from({ length: 2_500 }, (_, place) => ({ place, text: `row ${place}` }));
    const { text, records } = await tablesOf([rows, rows]);
    expect(text.split('\n')).toHaveLength(5_002);
    expect(records).toHaveLength(5_000);
    expect(records[4_999]).toEqual({ item: 'image-1', place: 2_499, text: 'row 2499' });
    expect(records[2_000]).toEqual({ item: 'image-0', place: 2_000, text: 'row 2000' });
  });
});

function withoutNull(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, value ?? undefined]));
}
