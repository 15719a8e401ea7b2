import { environmentFailure, type Store } from '@understory/core';
import type { StoredStudyList, StudyFailure } from '@understory/studies';
import { listFiles } from '@understory/studies';
import type { DecidedClaim } from '@understory/studies/results';
import { standalone, type Figure } from './figures/figure.ts';
import { numbersBeside, sharesFigure } from './list-report/numbers-section.ts';
import { decidedClaims, renderStudyList, resultOf, type ListedStudy } from './list-report/render-list.ts';
import { readReportedRun } from './read-reported-run.ts';
import { renderReport } from './render-report.ts';
import type { RenderedReport, ReportedRun, ReportOptions } from './reported-run.ts';

export interface MakeOptions extends ReportOptions {
  /** How a drawing becomes a picture. */
  toPng(svg: string): Uint8Array;
}

export interface MadeReport {
  readonly run: ReportedRun<unknown>;
  readonly report: RenderedReport;
  /** The figures that were written, by their names in the store. */
  readonly figures: readonly string[];
}

/** Renders the report of a run and writes its figures as SVG and PNG, not the page; throws what reading, rendering and the store throw. */
export async function makeReport(store: Store, name: string, options: MakeOptions): Promise<MadeReport> {
  const run = await readReportedRun(store, name);
  const report = await renderReport(run, options);
  if (report.images === 0) return { run, report, figures: [] };
  return { run, report, figures: await writeFigures(store, report.figures, options) };
}

/** Writes figures as SVG and PNG, and tells their names in the store. */
async function writeFigures(
  store: Pick<Store, 'write'>,
  figures: readonly Figure[],
  { toPng }: Pick<MakeOptions, 'toPng'>,
): Promise<readonly string[]> {
  const written: string[] = [];
  for (const figure of figures) {
    const drawing = standalone(figure.svg);
    const path = `figures/${figure.name}`;
    await store.write(`${path}.svg`, `${drawing}\n`);
    await store.write(`${path}.png`, toPng(drawing));
    written.push(`${path}.svg`, `${path}.png`);
  }
  return written;
}

export interface ListOptions extends MakeOptions {
  /** Of Understory. */
  readonly version: string;
  /** Of the list itself. */
  readonly store: Pick<Store, 'write'>;
  storeOf(name: string): Store;
  /** What a study is called in errors. */
  nameOf(name: string): string;
  /** Where a study's own page is from that of the list. */
  hrefOf(name: string): string;
  /** An error that kept a study's report from being made. */
  onError(name: string, error: unknown): StudyFailure;
}

/** A study of a list with the report that was made of it, if any. */
export interface MadeStudy {
  readonly name: string;
  readonly failure: StudyFailure | undefined;
  readonly made: MadeReport | undefined;
}

/**
 * The page of a list of studies, and the report of each study that has begun, written beside its rows. What cannot be reported is
 * said on the page; throws where nothing can be written.
 */
export async function makeListReport(
  { file, failures }: StoredStudyList,
  options: ListOptions,
): Promise<{
  readonly html: string;
  readonly studies: readonly MadeStudy[];
  readonly claims: readonly DecidedClaim[];
  /** Of the page itself, by their names in the list's own store. */
  readonly figures: readonly string[];
}> {
  const listed: ListedStudy[] = [];
  const studies: MadeStudy[] = [];
  for (const { name, spec, title, place, original } of file.studies) {
    const store = options.storeOf(name);
    let failure = failures.get(name);
    let made: MadeReport | undefined;
    try {
      if ((await store.read('run.json')) !== undefined) made = await makeReport(store, options.nameOf(name), options);
      if (made !== undefined) await store.write(listFiles.report, made.report.html);
    } catch (error) {
      if (environmentFailure(error) !== undefined) throw error;
      failure = options.onError(name, error);
    }
    studies.push({ name, failure, made });
    const known = { name, title, place, original, spec, failure };
    listed.push({ ...known, ...(made && { reported: { ...made, href: options.hrefOf(name) } }) });
  }
  const claims = decidedClaims(file, listed);
  const { title, publication, materials, numbers, notRepeated } = file;
  const beside = sharesFigure(numbersBeside(numbers ?? [], (name) => resultOf(listed, name).summary));
  const figures = beside === undefined ? [] : await writeFigures(options.store, [beside], options);
  const html = renderStudyList({
    ...{ title, publication, materials, numbers, claims, notRepeated },
    ...{ studies: listed, version: options.version },
  });
  return { html, studies, claims, figures };
}
