import { messageOf, type Diagnosis } from '@understory/core';
import { studyErrors } from '../errors.ts';
import type { ArtifactStore } from '../artifact-store.ts';
import { parseStudyFile } from './parse-spec.ts';
import { listFiles, type StudyFile } from './study-spec.ts';

/** Why a study could not be run to its end, as `--json` and reports say it. */
export type StudyFailure = Pick<Diagnosis, 'code' | 'found' | 'expected' | 'next'> & { readonly message: string };

/** A list of studies as it lies in its folder, each study in a folder of its name beside it. */
export interface StoredStudyList {
  readonly file: StudyFile;
  /** By the name of the study. */
  readonly failures: ReadonlyMap<string, StudyFailure>;
}

/** Writes down which studies a folder is for, and what stopped some of them; throws what the store throws. */
export async function writeStudyList(
  store: Pick<ArtifactStore, 'write'>,
  { file, failures }: StoredStudyList,
): Promise<void> {
  await store.write(listFiles.studies, `${JSON.stringify(file, null, 2)}\n`);
  await store.write(listFiles.failures, `${JSON.stringify(Object.fromEntries(failures), null, 2)}\n`);
}

/** The list of a folder; undefined where it is none. Throws SPEC_INVALID and what the store throws. */
export async function readStudyList(
  store: Pick<ArtifactStore, 'read'>,
  name: string,
): Promise<StoredStudyList | undefined> {
  const bytes = await store.read(listFiles.studies);
  if (bytes === undefined) return undefined;
  const path = `${name}/${listFiles.studies}`;
  const file = parseStudyFile(parsed(bytes, path), path);
  const failures = parsed((await store.read(listFiles.failures)) ?? new TextEncoder().encode('{}'), name);
  const known = typeof failures === 'object' && failures !== null ? Object.entries(failures) : [];
  return { file, failures: new Map(known.filter((entry): entry is [string, StudyFailure] => isFailure(entry[1]))) };
}

function isFailure(value: unknown): value is StudyFailure {
  if (typeof value !== 'object' || value === null) return false;
  return ['code', 'message', 'found', 'expected', 'next'].every(
    (field) => typeof Reflect.get(value, field) === 'string',
  );
}

function parsed(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw studyErrors.specInvalid({
      ...{ name, where: 'the whole of it', found: messageOf(error) },
      expected: 'the list that a run of it writes',
    });
  }
}
