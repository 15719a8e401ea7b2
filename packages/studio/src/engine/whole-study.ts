import { carriedError, type CarriedError } from '@understory/core';
import { memoryStore, readRun } from '@understory/experiments';
import { explanationPage } from '@understory/report';
import { openExplanation, openStudy, parseStudySpec, runOpened } from '@understory/studies';
import type { Call, RowListener, StudyOutcome } from './engine.ts';
import type { Sessions } from './sessions.ts';

/** A study in memory, with all that it keeps. */
export async function wholeStudy(
  { environment }: Sessions,
  given: unknown,
  { signal = new AbortController().signal, onProgress, onRow }: Call & RowListener,
): Promise<StudyOutcome> {
  const spec = parseStudySpec(given, 'the page');
  const store = memoryStore();
  const failed: { item: string; error: CarriedError }[] = [];
  const fail = (item: string, error: unknown) => void failed.push({ item, error: carriedError(error) });
  const rows: unknown[] = [];
  const take = (row: unknown) => {
    rows.push(row);
    onRow?.(row);
  };
  const files = async () => {
    const names = await store.list('');
    return Promise.all(names.map(async (name) => ({ name, bytes: (await store.read(name)) ?? new Uint8Array() })));
  };
  if (spec.study === 'explain') {
    const page = explanationPage(spec, environment, store);
    const study = await openExplanation(spec, environment, { store, signal, ...page.options });
    try {
      for (const { explainer, error } of study.unfit) fail(explainer, error);
      for await (const event of study.explain()) {
        if (event.kind === 'image') take(event.record);
        else if ('error' in event && event.kind !== 'explainerSkipped')
          fail('explainer' in event ? event.explainer : event.image.name, event.error);
        onProgress?.({ what: 'explain', done: rows.length, total: study.size });
      }
      const told = failed.map(({ item, error }) => ({ item, code: error.code ?? error.name, message: error.message }));
      await page.finish(study, { records: rows as never, failed: told, notes: study.notes });
      return { spec, rows, summary: { images: rows.length }, failed, files: await files(), notes: study.notes };
    } finally {
      await study.close();
    }
  }
  const study = await openStudy(spec, environment, { store, signal });
  try {
    const { summary } = await runOpened(study, {
      ...{ store, signal, onFailure: fail },
      onProgress: ({ done, total }) => onProgress?.({ what: spec.study, done, total }),
    });
    for await (const row of (await readRun(store)).rows()) take(row);
    return { spec, rows, summary, failed, files: await files(), notes: study.notes };
  } finally {
    await study.close();
  }
}
