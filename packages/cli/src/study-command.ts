import { resolve } from 'node:path';
import { environmentFailure, type OpenExecutor, type UnderstoryError } from '@understory/core';
import type { Progress, RunResult, Shard } from '@understory/experiments';
import { nodeStore } from '@understory/experiments/node';
import {
  openExecutor,
  openStudy,
  parseStudySpec,
  runOpened,
  type AnyStudy,
  type ChosenImage,
  type Step,
  type StudySpecInput,
  type Workers,
} from '@understory/studies';
import { explanationPage } from '@understory/report/explanation-page';
import { backendsText, headline, studyTexts } from '@understory/report/text';
import { count } from '@understory/studies/results';
import { advisedNote } from './advised-note.ts';
import { environmentOf } from './environment-of.ts';
import { cliErrors } from './errors.ts';
import { json } from './formatters/json.ts';
import type { ExitCode, Io } from './io.ts';
import { noticesOn } from './notices.ts';
import { formatError } from './report-error.ts';
import { styleFor } from './style.ts';
import { throughputOn, type Throughput } from './throughput.ts';

/** The options of every command that fills a run folder. */
export interface StudyCommandOptions {
  readonly out?: string | undefined;
  readonly shard?: Shard | undefined;
  readonly strict?: boolean | undefined;
  readonly retryFailed?: boolean | undefined;
  /** What `io` says without it. */
  readonly workers?: Workers | undefined;
  /** Where images are handed out to other machines. */
  readonly queue?: string | undefined;
  /** In seconds. */
  readonly queueWait?: number | undefined;
  readonly printSpec?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  /** Takes what --json prints, in the place of stdout. */
  readonly onDocument?: (document: object) => void;
}

/**
 * Runs a study into the folder of --out and tells of it: notes and progress on stderr, what runs and what came out on stdout, or
 * everything as JSON. The exit code is 2 where an image failed or numbers are missing, else 1 where a declared limit is exceeded. Throws USAGE, SPEC_INVALID, INTERRUPTED, and what
 * opening and running the study throws.
 */
export async function studyCommand(input: StudySpecInput, options: StudyCommandOptions, io: Io): Promise<ExitCode> {
  const spec = parseStudySpec(input, `understory ${input.study}`);
  if (options.printSpec === true) {
    io.stdout.write(json(spec));
    return 0;
  }
  const { out, json: asJson = false, quiet = false } = options;
  const command = `understory ${input.study}`;
  if (out === undefined) throw cliErrors.usage({ message: "Required option '--out <folder>' not specified.", command });
  if (options.queueWait !== undefined && options.queue === undefined) {
    throw cliErrors.usage({ message: "Option '--queue-wait <s>' needs '--queue <url>'.", command });
  }
  const folder = resolve(io.cwd, out);
  let progress: Throughput | undefined;
  const store = nodeStore(folder);
  const environment = environmentOf(io, options);
  const page = explanationPage(spec, environment, store);
  const watched = { store, signal: io.signal, onStep: (step: Step) => progress?.within(step) };
  const study: AnyStudy = await openStudy(spec, environment, { ...page.options, ...watched });
  let executor: OpenExecutor<ChosenImage, unknown> | undefined;
  try {
    const { workers = io.workers ?? 1, queue, queueWait, shard } = options;
    const size = Math.ceil(study.size / (shard?.count ?? 1));
    let left = size;
    const note = (text: string) => `note: ${advisedNote(text, study.record.preprocessing)}\n`;
    executor = await openExecutor(study, {
      ...{ ...watched, environment, workers, queue, queueWait, size, left: () => left },
      onNotice: noticesOn(io, { quiet, json: asJson, drawn: () => progress }),
      onWorkers(notes) {
        if (!quiet) for (const each of notes) progress?.write(note(each));
      },
    });
    const style = styleFor(io.stdout, io.env);
    const tell = (text: string) => io.stdout.write(text);
    const { record, model, notes } = study;
    if (!quiet) for (const each of [...notes, ...(executor?.notes ?? [])]) io.stderr.write(note(each));
    if (!asJson) {
      tell(headline(model, record.preprocessing, spec.seed, style));
      tell(backendsText(record.backends, style));
    }
    const result = await runTelling(study, { ...options, folder, executor }, io, {
      onProgress: (made) => (progress = made),
      onReached: ({ total = study.size, done, failed }) => (left = total - done - failed),
    });
    const { summary, failed } = result;
    const texts = studyTexts(study);
    const files = await page.finishRun(study, store);
    if (asJson) {
      const { onDocument = (document: object) => tell(json(document)) } = options;
      onDocument({
        ...record,
        configuration: study.configuration,
        folder: out,
        ...(files.length > 0 && { files }),
        failed,
        summary: summary ?? null,
        ...(await texts.details?.(store)),
      });
    } else if (summary === undefined) {
      const done = `${count(result.done, 'image')} of this part are done.`;
      tell(`\n${done} When every part is, give the command without --shard.\n`);
    } else {
      tell(await texts.text(summary, { out, store, style }));
      if (failed > 0) tell(`\n${count(failed, 'image')} could not be ${texts.done}.\n`);
      tell(`\n${style.bold(out)} holds every row; \`understory report ${out}\` draws it.\n`);
    }
    const faults = faultsOf(study, texts.done, result);
    const denials = summary === undefined ? [] : (study.denials?.(summary) ?? []);
    for (const each of [...faults, ...denials]) io.stderr.write(formatError(io, each, { json: asJson }));
    if (faults.length > 0) return 2;
    return denials.length === 0 ? 0 : 1;
  } finally {
    await executor?.close();
    await study.close();
  }
}

/** Why a run that came to its end is not what was asked for. */
function faultsOf(
  study: AnyStudy,
  done: string,
  { summary, failed, done: finished, worked }: RunResult<unknown>,
): readonly UnderstoryError[] {
  const first = worked === 0 ? 'failures that an earlier process recorded' : undefined;
  const failures = failed > 0 ? [cliErrors.imagesFailed({ count: failed, done, first })] : [];
  if (summary === undefined) return failures;
  if (study.imagesOf(summary) > 0) return [...failures, ...study.faults(summary)];
  const onlyCorrect = study.spec.images.onlyCorrect === true;
  return finished === 0 && failed > 0 ? failures : [...failures, cliErrors.noneLeft({ done: finished, onlyCorrect })];
}

/** Where a study is kept and worked on. */
interface Placed {
  readonly folder: string;
  readonly executor: OpenExecutor<ChosenImage, unknown> | undefined;
}

interface Listeners {
  readonly onProgress: (made: Throughput) => void;
  readonly onReached: (reached: Progress) => void;
}

/** Runs a study, telling how far it is, and of each image that fails as it fails; throws INTERRUPTED when the user stops it. */
async function runTelling(
  study: AnyStudy,
  { folder, executor, shard, strict, retryFailed, json: asJson = false, quiet = false }: StudyCommandOptions & Placed,
  io: Io,
  { onProgress, onReached }: Listeners,
): Promise<RunResult<unknown>> {
  const { signal } = io;
  io.standing?.({ kind: 'begun', asked: study.size, resumes: true });
  let progress: Throughput | undefined;
  let finished = 0;
  try {
    return await runOpened(study, {
      ...{ store: nodeStore(folder), shard, strict, retryFailed, signal, ...(executor && { executor }) },
      onFailure(item, error) {
        // What stops the run is told of once, at its end.
        if (environmentFailure(error) !== undefined) return;
        const text = formatError(io, error, { json: asJson, context: { image: item } });
        if (progress === undefined) io.stderr.write(text);
        else progress.write(text);
      },
      onProgress(reached) {
        onReached(reached);
        finished = reached.done + reached.failed;
        const total = reached.total ?? study.size;
        if (progress === undefined) {
          progress = throughputOn(io, total, { quiet });
          onProgress(progress);
        }
        progress.update(reached);
        io.standing?.({ kind: 'counted', done: finished, asked: total });
      },
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw cliErrors.interrupted({ done: finished, asked: study.size, resumes: true });
  } finally {
    progress?.stop();
  }
}
