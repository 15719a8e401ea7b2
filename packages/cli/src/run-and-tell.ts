import { resolve } from 'node:path';
import type { UnderstoryError } from '@understory/core';
import type { RunResult } from '@understory/experiments';
import { cliErrors } from './errors.ts';
import { backendsText, headline } from './formatters/explanation.ts';
import { json } from './formatters/json.ts';
import { count } from './formatters/text.ts';
import type { ExitCode, Io } from './io.ts';
import type { ExperimentRecord } from '@understory/studies';
import { modelRecord } from '@understory/studies';
import { formatError } from './report-error.ts';
import { runIntoFolder, type FolderRun } from './run-into-folder.ts';
import type { Setup } from '@understory/studies';
import { styleFor, type Style } from './style.ts';

/** The options that every command has which fills a run folder. */
export interface RunningOptions {
  readonly out: string;
  readonly seed: number;
  readonly shard?: FolderRun<never, never, never>['shard'];
  readonly strict?: boolean | undefined;
  readonly retryFailed?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
}

export interface ToldRun<Item, Row, Summary> extends Pick<
  FolderRun<Item, Row, Summary>,
  'experiment' | 'items' | 'total' | 'tables' | 'executor'
> {
  readonly setup: Setup;
  readonly record: ExperimentRecord<object>;
  readonly options: RunningOptions;
  /** What a user should know of it beforehand. */
  readonly notes: readonly string[];
  /** Done with the summary before anything is told. */
  readonly finish?: (summary: Summary) => Promise<void>;
  /** What --json has beside the record and the summary. */
  readonly details?: () => Promise<object>;
  /** What is told of the run. */
  readonly text: (summary: Summary, style: Style) => string | Promise<string>;
  /** What images could not be: evaluated, probed. */
  readonly done: string;
  /** Whether images count only where the network predicts them right. */
  readonly onlyCorrect: boolean;
  /** How many images have results. */
  readonly imagesOf: (summary: Summary) => number;
  /** Which numbers are missing, or wrong, although no image failed and some have results. */
  readonly faults?: (summary: Summary) => readonly UnderstoryError[];
}

/**
 * Runs an experiment into the folder of --out and tells of it: notes and progress on stderr, what runs and what came out on stdout, or
 * everything as JSON. The exit code is 2 where an image failed or numbers are missing, which stderr says. Throws what `runIntoFolder` throws.
 */
export async function runAndTell<Item extends { readonly id: string }, Row, Summary>(
  told: ToldRun<Item, Row, Summary>,
  io: Io,
): Promise<ExitCode> {
  const { setup, record, options, notes, experiment, items, total, tables, executor } = told;
  const { out, seed, shard, strict, retryFailed, json: asJson = false, quiet = false } = options;
  const style = styleFor(io.stdout, io.env);
  const tell = (text: string) => io.stdout.write(text);
  if (!quiet) for (const note of notes) io.stderr.write(`note: ${note}\n`);
  if (!asJson) {
    tell(headline(modelRecord(setup.opened), record.preprocessing, seed, style));
    tell(backendsText(record.backends, style));
  }

  // The runner adds the seed.
  const { model, backends, preprocessing, parameters, versions } = record;
  const description = { model, backends, preprocessing, parameters, versions };
  const result: RunResult<Summary> = await runIntoFolder(
    {
      ...{ experiment, items, total, seed, shard, strict, retryFailed, description },
      ...{ folder: resolve(io.cwd, out), steps: setup.steps, ...(tables && { tables }), ...(executor && { executor }) },
    },
    io,
    { json: asJson, quiet },
  );
  const { summary, failed } = result;
  if (summary !== undefined) await told.finish?.(summary);
  if (asJson) {
    const { configurationPath: configuration = null } = setup;
    tell(
      json({ ...record, configuration, folder: out, failed, summary: summary ?? null, ...(await told.details?.()) }),
    );
  } else if (summary === undefined) {
    tell(
      `\n${count(result.done, 'image')} of this part are done. When every part is, give the command without --shard.\n`,
    );
  } else {
    tell(await told.text(summary, style));
    if (failed > 0) tell(`\n${count(failed, 'image')} could not be ${told.done}.\n`);
    tell(`\n${style.bold(out)} holds every row; \`understory report ${out}\` draws it.\n`);
  }
  const faults = faultsOf(told, result);
  for (const fault of faults) io.stderr.write(formatError(io, fault, { json: asJson }));
  return faults.length === 0 ? 0 : 2;
}

/** Why a run that came to its end is not what was asked for. */
function faultsOf<Item extends { readonly id: string }, Row, Summary>(
  { done, onlyCorrect, imagesOf, faults }: ToldRun<Item, Row, Summary>,
  { summary, failed, done: finished, worked }: RunResult<Summary>,
): readonly UnderstoryError[] {
  const first = worked === 0 ? 'failures that an earlier process recorded' : undefined;
  const failures = failed > 0 ? [cliErrors.imagesFailed({ count: failed, done, first })] : [];
  if (summary === undefined) return failures;
  if (imagesOf(summary) > 0) return [...failures, ...(faults?.(summary) ?? [])];
  return finished === 0 && failed > 0 ? failures : [...failures, cliErrors.noneLeft({ done: finished, onlyCorrect })];
}
