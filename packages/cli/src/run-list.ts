import { join, resolve } from 'node:path';
import { environmentFailure } from '@understory/core';
import { nodeStore } from '@understory/experiments/node';
import { listFiles, writeStudyList, type StudyFailure, type StudyFile } from '@understory/studies';
import { cliErrors } from './errors.ts';
import { errorRecord, json } from './formatters/json.ts';
import type { ExitCode, Io } from './io.ts';
import { formatError } from './report-error.ts';
import { studyCommand, type StudyCommandOptions } from './study-command.ts';
import { styleFor } from './style.ts';
import { claimsText } from '@understory/report/text';

/**
 * Runs studies one after another, each into a folder of its name, then writes one report over them; a study that fails leaves the
 * others to run. The exit code is 2 where one failed. Throws USAGE for the folder of a single run, INTERRUPTED, and what stops every
 * study, after the report is written.
 */
export async function runList(
  file: StudyFile,
  options: StudyCommandOptions & { readonly out: string },
  io: Io,
): Promise<ExitCode> {
  const { out, json: asJson = false, strict = false } = options;
  const store = nodeStore(resolve(io.cwd, out));
  if ((await store.read('run.json')) !== undefined) {
    throw cliErrors.usage({ message: `The folder '${out}' is that of a single run.`, command: 'understory run' });
  }
  const failures = new Map<string, StudyFailure>();
  const documents = new Map<string, object>();
  let code: ExitCode = 0;
  let stopped: { readonly error: unknown } | undefined;
  await writeStudyList(store, { file, failures });
  for (const { name, spec } of file.studies) {
    if (!asJson) io.stdout.write(`${name}\n`);
    const onDocument = (document: object) => void documents.set(name, document);
    try {
      const own = await studyCommand(spec, { ...options, out: join(out, name), onDocument }, io);
      if (own > code) code = own;
    } catch (error) {
      const isInterrupted = io.signal.aborted;
      if (!isInterrupted) failures.set(name, errorRecord(error));
      if (isInterrupted || strict || environmentFailure(error) !== undefined) {
        stopped = { error };
        break;
      }
      io.stderr.write(formatError(io, error, { json: asJson, context: { study: name } }));
      code = 2;
    }
  }
  try {
    await writeStudyList(store, { file, failures });
    if (options.shard !== undefined) {
      const left = 'When every part is done, give the command without --shard for the report.';
      io.stdout.write(asJson ? json({ ...documentOf(file, out, documents, failures), page: null }) : `\n${left}\n`);
    } else {
      // What draws figures takes longer to load than the command to begin.
      const { writeListReport } = await import('./write-report.ts');
      const written = await writeListReport({ file, failures }, { ...options, out: undefined, folder: out }, io);
      if (written.code > code) code = written.code;
      const { claims } = written;
      io.stdout.write(
        asJson
          ? json({ ...documentOf(file, out, documents, failures), ...(claims && { claims }) })
          : `${claims === undefined ? '' : claimsText(claims)}\n${styleFor(io.stdout, io.env).bold(join(out, listFiles.report))} has the main results of all studies.\n`,
      );
    }
  } catch (error) {
    throw stopped === undefined ? error : stopped.error;
  }
  if (stopped !== undefined) throw stopped.error;
  return code;
}

/** What --json prints: null for a study without a result. */
function documentOf(
  { title, studies }: StudyFile,
  out: string,
  documents: ReadonlyMap<string, object>,
  failures: ReadonlyMap<string, StudyFailure>,
): object {
  const known = studies.map(({ name }) => ({
    name,
    result: documents.get(name) ?? null,
    error: failures.get(name) ?? null,
  }));
  return { title: title ?? null, folder: out, page: join(out, listFiles.report), studies: known };
}
