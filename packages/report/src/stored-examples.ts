import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isDiagnosed, type UnderstoryError } from '@understory/core';
import { reportErrors } from './errors.ts';

/** The name of the record in the folder of an example, beside the files that it names. */
export const exampleFile = 'example.json';

/** Told of what of a run folder cannot be shown. */
export type OnProblem = (problem: UnderstoryError) => void;

/** An example with the folder that its files lie in. */
export interface StoredExample<Record> {
  readonly folder: string;
  readonly record: Record;
}

/** The examples in a folder of folders, by their names; one whose record cannot be read is a problem and left out. */
export async function readStoredExamples<Record extends { readonly item: string; readonly picture: string }>(
  examples: string,
  { list, onProblem }: { readonly list: keyof Record & string; readonly onProblem: OnProblem },
): Promise<readonly StoredExample<Record>[]> {
  const names = (await readdir(examples).catch((): string[] => [])).toSorted();
  const found: StoredExample<Record>[] = [];
  for (const name of names) {
    const folder = join(examples, name);
    const path = join(folder, exampleFile);
    try {
      const text = await readFile(path, 'utf8').catch(nothingWhereAbsent);
      if (text === undefined) continue;
      const record = JSON.parse(text) as Record;
      const isOne =
        typeof record.item === 'string' && typeof record.picture === 'string' && Array.isArray(record[list]);
      if (!isOne) throw new Error(`no record of an example with ${list}`);
      found.push({ folder, record });
    } catch (error) {
      onProblem(asProblem(error, path));
    }
  }
  return found;
}

/** A file of an example; what a record says leads nowhere else. */
export function fileOfExample(folder: string, name: string): string {
  return join(folder, basename(name));
}

/** An error that tells of a file of a run: its own, where it has a diagnosis. */
export function asProblem(error: unknown, path: string): UnderstoryError {
  if (isDiagnosed(error)) return error;
  return reportErrors.exampleNotReadable({ path, found: error instanceof Error ? error.message : String(error) });
}

function nothingWhereAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
  throw error;
}
