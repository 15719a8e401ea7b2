import { join, resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { folderStore } from '@understory/environment-node';
import { openExplanation, parseStudySpec, type FailedItem, type ImageRecord } from '@understory/studies';
import { skippedNote } from '@understory/studies/setup';
import { explanationPage } from '@understory/report/explanation-page';
import { backendsText, headline, imageText } from '@understory/report/text';
import { advisedNote } from '../advised-note.ts';
import type { CommandContext } from '../command-context.ts';
import { cliErrors } from '../errors.ts';
import { imageNotes, layerNotes } from '../formatters/explanation-notes.ts';
import { errorRecord, json } from '../formatters/json.ts';
import type { ExitCode, Io } from '../io.ts';
import { progressOn, type Progress } from '../progress.ts';
import { formatError, type ErrorContext } from '../report-error.ts';
import { environmentOf } from '../environment-of.ts';
import { styleFor } from '../style.ts';
import { defineExplain, specOf, type ExplainOptions } from './explain-options.ts';

export function explainCommand(program: Command, { io, finish }: CommandContext): void {
  defineExplain(program).action(async (images, options) => finish(await explain(images, options, io)));
}

async function explain(asked: readonly string[], options: ExplainOptions, io: Io): Promise<ExitCode> {
  const { json: asJson = false, quiet = false, out } = options;
  const spec = parseStudySpec(specOf(asked, options), 'understory explain');
  if (options.printSpec === true) {
    io.stdout.write(json(spec));
    return 0;
  }
  const failures: FailureRecord[] = [];
  let write = (text: string): void => void io.stderr.write(text);
  const fail = (error: unknown, context: ErrorContext = {}) => {
    const failure = { ...context, error: errorRecord(error) };
    failures.push(failure);
    io.standing?.({ kind: 'failure', record: failure });
    write(formatError(io, error, { json: asJson, context }));
  };

  const environment = environmentOf(io, options);
  const { images: found, failures: notFound } = await environment.findImages(asked);
  for (const { path, error } of notFound) fail(error, { image: path });
  if (found.length === 0) {
    // Whoever reads JSON gets a document, also where there is nothing in it.
    if (asJson) io.stdout.write(json({ images: [], failures }));
    return 2;
  }

  let progress: Progress | undefined;
  const store = folderStore(resolve(io.cwd, out));
  const page = explanationPage(spec, environment, store);
  const study = await openExplanation(spec, environment, {
    ...{ store, out, signal: io.signal, ...page.options },
    onStep: (step) => progress?.within(step),
  });
  try {
    const { images, model, notes, unfit, explainers } = study;
    const document = { ...study.document, configuration: study.configuration };
    for (const { explainer, error } of unfit) fail(error, { explainer });
    const advised = notes.map((note) => advisedNote(note, document.preprocessing));
    const told: string[] = [];
    const note = (text: string) => {
      told.push(text);
      if (!quiet) write(`note: ${text}\n`);
    };
    for (const text of [...advised, ...study.skipped.map(skippedNote)]) note(text);
    const style = styleFor(io.stdout, io.env);
    if (!asJson) {
      io.stdout.write(headline(model, document.preprocessing!, spec.seed, style));
      io.stdout.write(backendsText(document.backends, style));
    }
    io.standing?.({
      ...{ kind: 'begun', asked: images.length, resumes: false, concludes: spec.sheet || spec.html },
      ...(asJson && { document }),
    });
    const results: ImageRecord[] = [];
    const elsewhere = layerNotes(explainers);
    progress = progressOn(io, images.length, { quiet });
    write = progress.write;
    const show = (result: ImageRecord) => {
      results.push(result);
      if (!asJson) io.stdout.write(imageText(result, style));
    };
    try {
      for await (const event of study.explain()) {
        if (event.kind === 'explainerSkipped') {
          note(skippedNote(event));
          continue;
        }
        if (event.kind === 'explainerFailed') {
          const { explainer, error, images: lost } = event;
          if (lost === undefined) fail(error, { explainer });
          else for (const { path } of lost) fail(error, { explainer, image: path });
          continue;
        }
        const { path } = event.image;
        const tell = (record: ImageRecord) => io.standing?.({ kind: 'image', at: images.indexOf(event.image), record });
        if (event.kind === 'mapLost') {
          fail(event.error, { explainer: event.explainer, image: path });
          continue;
        }
        if (event.kind === 'map') {
          tell(event.record);
          continue;
        }
        if (event.kind === 'imageFailed') fail(event.error, { image: path });
        else {
          for (const text of [...elsewhere.notes(event.record), ...imageNotes(event.record)]) note(text);
          show(event.record);
          tell(event.record);
          io.standing?.({ kind: 'counted', done: results.length, asked: images.length });
        }
        progress.advance(path);
      }
    } catch (error) {
      if (!io.signal.aborted) throw error;
      const done = results.length;
      // Their maps are there, though others were still to come.
      study.unfinished().forEach(show);
      fail(cliErrors.interrupted({ done, asked: images.length, isBegun: results.length > done }));
    } finally {
      progress.stop();
    }
    const written = await page.finish(study, { records: results, notes: told, failed: failures.map(failedItem) });
    const files = written.map((name) => join(out, name));
    if (asJson) {
      const skipped = study.skipped.map(({ explainer, error }) => ({ explainer, error: errorRecord(error) }));
      io.stdout.write(
        json({
          ...document,
          ...(files.length > 0 && { files }),
          ...(skipped.length > 0 && { skipped }),
          ...{ images: results, failures },
        }),
      );
    } else for (const file of files) io.stdout.write(`\n${style.bold(file)}\n`);
    return failures.length === 0 ? 0 : 2;
  } finally {
    await study.close();
  }
}

function failedItem({ image, explainer, error: { code, message } }: FailureRecord): FailedItem {
  return { item: [image, explainer].filter((part) => part !== undefined).join(', '), code, message };
}

interface FailureRecord extends ErrorContext {
  readonly error: ReturnType<typeof errorRecord>;
}
