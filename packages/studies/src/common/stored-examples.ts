import { isDiagnosed, type UnderstoryError } from '@understory/core';
import type { z } from 'zod';
import { studyErrors } from '../errors.ts';
import type { ArtifactStore } from '../artifact-store.ts';

/** The name of the record in the folder of an example, beside the files that it names. */
export const exampleFile = 'example.json';

/** Told of what of a run folder cannot be shown. */
export type OnProblem = (problem: UnderstoryError) => void;

/** What of a store is needed to read examples. */
export type ReadableStore = Pick<ArtifactStore, 'path' | 'list' | 'read'>;

/** An example with the folder that its files lie in, as the store names it. */
export interface StoredExample<Record> {
  readonly folder: string;
  readonly record: Record;
}

/** The examples in a folder of folders, by their names; one whose record does not fit its schema is a problem and left out. */
export async function readStoredExamples<Record>(
  store: ReadableStore,
  examples: string,
  { schema, onProblem }: { readonly schema: z.ZodType<Record>; readonly onProblem: OnProblem },
): Promise<readonly StoredExample<Record>[]> {
  const found: StoredExample<Record>[] = [];
  for (const path of await store.list(examples)) {
    const folder = path.slice(0, -exampleFile.length - 1);
    if (!path.endsWith(`/${exampleFile}`) || folder.split('/').length !== 2) continue;
    try {
      const bytes = await store.read(path);
      if (bytes === undefined) continue;
      const { data, error } = schema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
      if (error !== undefined) throw new Error(misfit(error));
      found.push({ folder, record: data });
    } catch (error) {
      onProblem(asProblem(error, shownPath(store, path)));
    }
  }
  return found;
}

/** Where a record is not what it is said to be, such as `no record of an example: maps[0].file: expected string`. */
function misfit({ issues: [issue] }: z.ZodError): string {
  const { path, message } = issue!;
  const place = path.map((key, at) => (typeof key === 'number' ? `[${key}]` : `${at > 0 ? '.' : ''}${String(key)}`));
  const expected = message.replace(/^Invalid input: /, '').replace(/, received .*$/, '');
  return `no record of an example: ${place.length > 0 ? `${place.join('')}: ` : ''}${expected}`;
}

/** A file of an example; what a record says leads nowhere else. */
export function fileOfExample(folder: string, name: string): string {
  return `${folder}/${name.split(/[/\\]/).at(-1)}`;
}

/** The bytes of a file of an example; throws EXAMPLE_NOT_READABLE where it is not there or cannot be read. */
export async function readOfExample(store: ReadableStore, path: string): Promise<Uint8Array> {
  let bytes: Uint8Array | undefined;
  try {
    bytes = await store.read(path);
  } catch (error) {
    throw asProblem(error, shownPath(store, path));
  }
  if (bytes === undefined)
    throw studyErrors.exampleNotReadable({ path: shownPath(store, path), found: 'no such file' });
  return bytes;
}

/** What people call a file of a store. */
function shownPath({ path: root }: ReadableStore, path: string): string {
  return root === '' ? path : `${root.replace(/\/$/, '')}/${path}`;
}

/** An error that tells of a file of a run: its own, where it has a diagnosis. */
export function asProblem(error: unknown, path: string): UnderstoryError {
  if (isDiagnosed(error)) return error;
  return studyErrors.exampleNotReadable({ path, found: error instanceof Error ? error.message : String(error) });
}
