import type { Sink } from '@understory/core';
import { ByteWriter, parquetWriteRows } from 'hyparquet-writer';
import type { Column } from './table.ts';

type SchemaElement = NonNullable<Parameters<typeof parquetWriteRows>[0]['schema']>[number];

/** Rows that are held in memory before they are written. */
const rowGroupSize = 2_000;

/** Writes records as Parquet: numbers as DOUBLE, texts as STRING, flags as BOOLEAN, lists of numbers as LIST, the rest as JSON; all may be null. */
export async function writeParquet(
  sink: Sink,
  columns: readonly Column[],
  records: AsyncIterable<Readonly<Record<string, unknown>>>,
): Promise<void> {
  await parquetWriteRows({
    writer: writerTo(sink),
    rows: records,
    columns: columns.map(({ name }) => ({ name })),
    schema: [{ name: 'root', num_children: columns.length }, ...columns.flatMap(schemaOf)],
    rowGroupSize,
  });
}

function writerTo(sink: Sink): ByteWriter {
  const writer = new ByteWriter();
  const flush = async () => {
    // Copied, because the writer goes on filling its buffer.
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    await sink(bytes);
  };
  return Object.assign(writer, { flush, finish: flush });
}

function schemaOf({ name, kind }: Column): readonly SchemaElement[] {
  const optional = { name, repetition_type: 'OPTIONAL' } as const;
  switch (kind) {
    case 'number':
      return [{ ...optional, type: 'DOUBLE' }];
    case 'flag':
      return [{ ...optional, type: 'BOOLEAN' }];
    case 'text':
      return [{ ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8' }];
    case 'json':
      return [{ ...optional, type: 'BYTE_ARRAY', converted_type: 'JSON' }];
    case 'numbers':
      return [
        { ...optional, num_children: 1, converted_type: 'LIST' },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        { name: 'element', repetition_type: 'REQUIRED', type: 'DOUBLE' },
      ];
  }
}
