import { posix } from 'node:path';
import { parse } from 'csv-parse/sync';
import { datasetErrors, reasonOf } from './errors.ts';
import { readText } from './files.ts';

/** A line of a label file. */
export interface LabelledFile {
  /** As written, with forward slashes, relative to the folder of pictures. */
  readonly file: string;
  readonly label: string | undefined;
}

const fileColumns = ['file', 'file_name', 'filename', 'image', 'path'];
const labelColumns = ['label', 'class', 'class_name'];
const indexColumns = ['class_index', 'index', 'label_index'];

/**
 * The files and labels of a CSV with a header, in its order: a column `file`, and `label` (names) or `class_index`; an empty label is none.
 * Throws DATASET_LABELS_INVALID with the line: no such columns, a ragged line, a file named twice or outside the folder, an index that is none.
 */
export async function readLabelsCsv(path: string): Promise<readonly LabelledFile[]> {
  const rows = parseRows(path, await readText(path));
  const header = rows[0]?.cells.map((name) => name.trim().toLowerCase()) ?? [];
  const column = (names: readonly string[]) => header.findIndex((name) => names.includes(name));
  const fileAt = column(fileColumns);
  const labelAt = column(labelColumns);
  const indexAt = column(indexColumns);
  if (fileAt < 0 || (labelAt < 0 && indexAt < 0)) {
    throw datasetErrors.labelsInvalid({
      file: path,
      line: 1,
      found: header.length === 0 ? 'an empty file' : `columns: ${header.join(', ')}`,
      expected: 'a header with the columns file and label, or file and class_index',
    });
  }

  const seen = new Map<string, number>();
  return rows.slice(1).map(({ cells, line }) => {
    const invalid = (found: string, expected: string) => {
      throw datasetErrors.labelsInvalid({ file: path, line, found, expected });
    };
    const written = (cells[fileAt] ?? '').trim();
    const file = posix.normalize(written);
    if (written === '' || posix.isAbsolute(file) || file.startsWith('..')) {
      invalid(written === '' ? 'no file' : `the file "${written}"`, 'a path relative to the folder of pictures');
    }
    const before = seen.get(file);
    if (before !== undefined) invalid(`the file "${file}", which line ${before} lists too`, 'each file once');
    seen.set(file, line);
    const label = (cells[labelAt < 0 ? indexAt : labelAt] ?? '').trim();
    if (labelAt < 0 && label !== '' && !/^\d+$/.test(label)) {
      invalid(`the class index "${label}"`, 'a whole number from 0');
    }
    return { file, label: label === '' ? undefined : label };
  });
}

interface Row {
  readonly cells: readonly string[];
  readonly line: number;
}

/** In bytes: what a quote that is never closed may swallow. */
const longestLine = 2 ** 17;

function parseRows(path: string, text: string): readonly Row[] {
  const rows: Row[] = [];
  try {
    parse(text, {
      bom: true,
      skip_empty_lines: true,
      max_record_size: longestLine,
      on_record: (cells: string[], { lines }: { lines: number }) => {
        rows.push({ cells, line: lines });
        return null;
      },
    });
  } catch (cause) {
    const { lines: line } = cause as { readonly lines?: number };
    throw datasetErrors.labelsInvalid({
      file: path,
      ...(line === undefined ? {} : { line }),
      found: reasonOf(cause),
      expected: 'comma-separated values, as many in each line as in the header',
      cause,
    });
  }
  return rows;
}
