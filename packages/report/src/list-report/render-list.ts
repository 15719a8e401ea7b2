import type { StudyFailure, StudyFile, StudySpec } from '@understory/studies';
import { count, decideClaims, shortMaterial, type DecidedClaim, type StudyResult } from '@understory/studies/results';
import { verdictStyle } from '../probe-report/page.ts';
import { html, type Html } from '../html.ts';
import { estimateStyle } from '../page/estimate-cell.ts';
import { toleranceStyle } from '../comparison-report/page.ts';
import { verdictsStyle } from '../diagnosis-report/page.ts';
import { facts } from '../page/facts.ts';
import { figureBlock } from '../page/figure-block.ts';
import { frame } from '../page/frame.ts';
import { notice } from '../page/notes-of.ts';
import { pictureRows, pictureStyle } from '../page/pictures.ts';
import { remarks } from '../page/remarks.ts';
import type { RecordOfRun, RenderedReport, ReportedRun } from '../reported-run.ts';
import { claimsSection, claimsStyle, decidedHere, type DecidingStudy } from './claims-section.ts';
import { materialNotes, materialsSection } from './materials-section.ts';
import { notRepeatedSection } from './not-repeated-section.ts';
import { numbersBeside, numbersSection } from './numbers-section.ts';

/** A study of a list with what its folder has. */
export interface ListedStudy {
  readonly name: string;
  readonly title?: string | undefined;
  /** Where a publication has the same, and what it shows there. */
  readonly place?: string | undefined;
  readonly original?: string | undefined;
  readonly spec: StudySpec;
  /** What stopped it when it was last run. */
  readonly failure?: StudyFailure | undefined;
  /** Undefined where the study has no report yet. */
  readonly reported?:
    | {
        readonly run: Pick<ReportedRun<unknown>, 'record' | 'failed' | 'isComplete' | 'missing'>;
        readonly report: RenderedReport;
        /** The study's own page, from this one. */
        readonly href: string;
      }
    | undefined;
}

export interface StudyListPage extends Pick<StudyFile, 'publication' | 'materials' | 'numbers' | 'notRepeated'> {
  readonly title: string | undefined;
  readonly studies: readonly ListedStudy[];
  readonly claims?: readonly DecidedClaim[];
  /** Of Understory. */
  readonly version: string;
}

const kinds: Readonly<Record<StudySpec['study'], string>> = {
  explain: 'Heat maps',
  evaluate: 'Faithfulness of heat maps',
  attack: 'Attack',
  probe: 'Probe',
  compare: 'Comparison',
  diagnose: 'Diagnosis',
  visualise: 'Pictures that parts of the network respond to',
};

/** One page on a list of studies: the main results of each, and where its own report is; the same for the same list. */
export function renderStudyList(page: StudyListPage): string {
  const {
    title = 'Studies',
    publication,
    materials = [],
    numbers = [],
    claims = [],
    notRepeated = [],
    studies,
    version,
  } = page;
  const finished = studies.filter((study) => standing(study).startsWith('finished')).length;
  const parts = [
    ...(claims.length > 0 ? [['claims', 'Claim by claim'] as const] : []),
    ...(numbers.length > 0 ? [['numbers', 'The paper’s numbers beside ours'] as const] : []),
    ...(materials.length > 0 ? [['materials', 'What stands for what'] as const] : []),
    ...(notRepeated.length > 0 ? [['not-repeated', 'What is not repeated here'] as const] : []),
  ];
  const studyOf = (name: string) => deciding(studies, name);
  const beside = numbersBeside(numbers, (name) => resultOf(studies, name).summary);
  return frame({
    title,
    notes: materialNotes(materials),
    head: html`<p class="quiet">${finished} of ${count(studies.length, 'study', 'studies')} finished.</p>
      ${publication !== undefined && html`<p class="quiet">“The paper” on this page is ${publication}.</p>`}
      <nav aria-label="Studies">
        ${
          parts.length > 0 &&
          html`<p>${parts.map(([id, text], at) => html`${at > 0 && ' · '}<a href="#${id}">${text}</a>`)}</p>`
        }
        <ol class="contents">
          ${studies.map(
            (study, at) =>
              html`<li>
                <a href="#study-${at + 1}">${study.title ?? study.name}</a>
                <span class="quiet">${kinds[study.spec.study]}, ${study.spec.model}: ${standing(study)}</span>
              </li>`,
          )}
        </ol>
      </nav>`,
    main: html`${claimsSection(claims, studyOf)} ${numbersSection(beside, studyOf)} ${materialsSection(materials)}
    ${notRepeatedSection(notRepeated)} ${studies.map((study, at) => section(study, at + 1, claims))}`,
    footer: html`Intervals are 95 % confidence intervals; the report of each study says how they and its p-values were
    calculated. p-values are corrected within a study, not over the list${claims.length > 0 && '; those of claims are'}.`,
    style: `${verdictStyle}${pictureStyle}${estimateStyle}${toleranceStyle}${verdictsStyle}${claimsStyle}${listStyle}`,
    version,
  });
}

/** What is known of a study of the list when its claims are decided. */
export function resultOf(studies: readonly ListedStudy[], name: string): StudyResult {
  const study = studies.find((each) => each.name === name);
  if (study?.failure !== undefined) return { because: 'the study failed' };
  if (study?.reported === undefined) return { because: 'the study has not started' };
  const { run, report } = study.reported;
  if (run.isComplete === false) return { because: 'the study is not finished' };
  if (report.summary === null || report.summary === undefined) return { because: 'the study has no summary' };
  return { summary: report.summary };
}

/** The claims of a list, decided by what its studies found. */
export function decidedClaims(
  file: Pick<StudyFile, 'claims'>,
  studies: readonly ListedStudy[],
): readonly DecidedClaim[] {
  return decideClaims(file.claims ?? [], (name) => resultOf(studies, name));
}

function deciding(studies: readonly ListedStudy[], name: string): DecidingStudy {
  const at = studies.findIndex((each) => each.name === name);
  const study = studies[at]!;
  return { network: networkOf(study), data: dataOf(study), href: `#study-${at + 1}` };
}

function networkOf(study: ListedStudy): string {
  return recordOf(study)?.model.name ?? study.spec.model;
}

const listStyle = `
.contents { padding-left: 1.9rem; }
.contents li { margin: .25rem 0; overflow-wrap: anywhere; }
h2 { overflow-wrap: anywhere; }
.original { color: var(--quiet); max-width: 50rem; }
.stand-in { color: var(--series-1); font-size: .8rem; }
a { color: inherit; text-underline-offset: .15em; }
.stopped { border-left: 4px solid var(--bad); padding-left: .9rem; margin: 1.2rem 0; overflow-wrap: anywhere; }
@media print { section.study > p:last-child { break-before: avoid; } }
`;

/** How far a study is, in a word or a few. */
function standing({ failure, reported }: ListedStudy): string {
  if (failure !== undefined) return 'failed';
  if (reported === undefined) return 'not started';
  if (reported.run.isComplete === false) return 'not finished';
  const failed = reported.run.failed.length;
  return failed === 0 ? 'finished' : `finished, but ${count(failed, 'image')} failed`;
}

function section(study: ListedStudy, number: number, claims: readonly DecidedClaim[]): Html {
  const { name, title = name, place, original, spec, reported } = study;
  return html`<section class="study" id="study-${number}">
    <h2>${title}</h2>
    ${notice(spec.notes ?? [])}
    ${
      original !== undefined &&
      html`<p class="original"><em>The paper${place !== undefined && `, ${place}`}: ${original}</em></p>`
    }
    ${facts([
      ['Kind', kinds[spec.study]],
      ['Network', networkOf(study)],
      ['Data', dataOf(study)],
      ...(reported === undefined ? [] : [['Images', String(reported.report.images)] as const]),
      ['Seed', String(recordOf(study)?.seed ?? spec.seed)],
    ])}
    ${decidedHere(claims, name)} ${reported !== undefined && testedTwice(claims, name)} ${stopped(study)}
    ${reported !== undefined && results(reported)}
  </section>`;
}

/** A claim and its study may correct the same p-value over tests of different number, and so decide it differently. */
function testedTwice(claims: readonly DecidedClaim[], name: string): Html | null {
  const isTested = claims.some(({ tests }) =>
    tests.some(({ study, correctedPValue }) => study === name && correctedPValue !== undefined),
  );
  if (!isTested) return null;
  return html`<p class="quiet">
    p-values of these claims are corrected over the tests of all claims. Those below are corrected over the tests of
    this study alone, so a difference may be significant in one place and not in the other.
  </p>`;
}

function recordOf({ reported }: ListedStudy): RecordOfRun | undefined {
  return reported?.run.record as RecordOfRun | undefined;
}

function dataOf(study: ListedStudy): string {
  const { from } = study.spec.images;
  if (typeof from !== 'string')
    return from.length === 1 ? shortMaterial({ used: from[0]! }) : count(from.length, 'path');
  return withoutOptions(study.spec.study === 'explain' ? from : (recordOf(study)?.parameters.dataset.name ?? from));
}

/** `orchard/test` of `orchard:count=60,size=64/test`: how a data set was drawn stands in the notes and in the study's own report. */
function withoutOptions(dataset: string): string {
  return dataset.replace(/^([a-z][a-z0-9_-]*):[a-z]+=[^/]*/, '$1');
}

function stopped({ failure, reported }: ListedStudy): Html | null {
  if (failure !== undefined) {
    return html`<div class="stopped" role="note">
      <p><strong>This study failed</strong>: ${failure.message} <span class="quiet">${failure.code}</span></p>
      <p class="quiet">Found ${failure.found}; expected ${failure.expected}. ${failure.next}</p>
    </div>`;
  }
  if (reported !== undefined) return null;
  return html`<p class="stopped" role="note"><strong>This study has not started</strong>; it has no results yet.</p>`;
}

function results({ run, report, href }: NonNullable<ListedStudy['reported']>): Html {
  const { done, lead, tables, figure, pictures = [] } = report.headline;
  const { failed } = run;
  return html`${remarks({ ...run, failed: [], problems: report.problems }, { done })}
    ${
      failed.length > 0 &&
      html`<p role="note">${count(failed.length, 'image')} could not be ${done}; the full report lists them.</p>`
    }
    ${lead} ${tables} ${figure !== undefined && figureBlock(figure)} ${pictureRows(pictures)}
    <p><a href="${href}">The full report of this study</a></p>`;
}
