import type { ProbeSection, ProbeSummary, UnderstoryError } from '@understory/core';
import type { Figure } from '../figures/figure.ts';
import type { PictureRow } from '../figures/picture-grid.ts';
import { html, type Html } from '../html.ts';
import type { ProbeRecord } from '@understory/studies';
import { count, number, range } from '@understory/studies/results';
import { csv, downloads } from '../page/downloads.ts';
import { estimateStyle } from '../page/estimate-cell.ts';
import { facts } from '../page/facts.ts';
import { failures } from '../page/failures.ts';
import { figureBlock } from '../page/figure-block.ts';
import { frame } from '../page/frame.ts';
import { notesOf } from '../page/notes-of.ts';
import { pictureRows, pictureStyle } from '../page/pictures.ts';
import { optionRows, provenance } from '../page/provenance.ts';
import { remarks } from '../page/remarks.ts';
import type { Headline, ReportedRun } from '../reported-run.ts';
import { estimateTables } from './estimate-tables.ts';

export interface ProbePage {
  readonly run: ReportedRun<ProbeRecord>;
  /** Null while the run is not finished. */
  readonly summary: ProbeSummary | null;
  readonly images: number;
  readonly figures: readonly Figure[];
  readonly examples: readonly PictureRow[];
  readonly examplesFigure: Figure | undefined;
  /** The sections of the summary with what was drawn of them. */
  readonly parts: readonly PagePart[];
  readonly problems: readonly UnderstoryError[];
}

interface PagePart {
  readonly section: ProbeSection;
  readonly figures: readonly Figure[];
  readonly examples: readonly PictureRow[];
}

const done = 'probed';

/** The verdict and the estimates; the first figure. */
export function headline(content: Omit<ProbePage, 'examples' | 'examplesFigure' | 'parts' | 'problems'>): Headline {
  const { summary, figures } = content;
  return {
    done,
    lead: summary === null ? unfinished(content) : verdict(summary),
    tables: summary === null ? [] : estimateTables(summary.estimates),
    figure: figures[0],
  };
}

/** What a probe asked and what came out. */
export function page(content: ProbePage): string {
  const { run, summary, figures } = content;
  const { probe } = run.record.parameters;
  return frame({
    title: `${probe.title}: ${run.record.model.name}`,
    notes: notesOf(run.record),
    head: html`<p class="quiet">
        ${probe.description}${probe.reference && ` Reference: ${probe.reference}.`}
        ${probe.preset !== null && html`Preset <code>${probe.preset}</code>.`}
      </p>
      ${summary === null ? unfinished(content) : verdict(summary)} ${atAGlance(content)}
      ${remarks({ ...run, ...(summary === null && { isComplete: undefined }), problems: content.problems }, { done })}`,
    main: html`${
      summary !== null &&
      html`<section>
          <h2>Results</h2>
          ${figures.map(figureBlock)} ${estimateTables(summary.estimates)} ${readingOf(summary.remarks)}
        </section>
        ${examplesSection(content)} ${content.parts.map(partSection)} ${files(summary)}`
    }
    ${failures(run.failed, { done })} ${parameters(run.record)}`,
    footer: html`Intervals are 95 % confidence intervals.`,
    style: `${verdictStyle}${pictureStyle}${estimateStyle}`,
    version: run.record.versions['understory'],
  });
}

export const verdictStyle = `
.reading { max-width: 50rem; }
.verdict { font-size: 1.25rem; line-height: 1.4; max-width: 50rem; margin: 1.2rem 0 .3rem; padding-left: .9rem; border-left: 4px solid var(--series-0); break-inside: avoid; }
`;

function verdict({ verdict: { statement, estimate, interval } }: ProbeSummary): Html {
  return html`<p class="verdict"><strong>${unbroken(statement)}</strong></p>
    ${
      !/interval|no verdict|cannot be said/.test(statement) &&
      html`<p class="quiet">The estimate behind it is ${number(estimate)}, 95 % interval ${range(interval)}.</p>`
    }`;
}

/** A percent sign stays on the line of its number. */
function unbroken(text: string): string {
  return text.replaceAll(/(?<=\d) %/g, '\u00a0%');
}

/** What the probe says of its own numbers. */
function readingOf(own: readonly string[] = []): Html | null {
  if (own.length === 0) return null;
  return html`<h3>Reading these numbers</h3>
    ${own.map((remark) => html`<p class="reading">${remark}</p>`)}`;
}

/** Where every image has a result, the summary is what is missing. */
function unfinished({ images, run: { isComplete, missing } }: Pick<ProbePage, 'images' | 'run'>): Html {
  if (isComplete === true) {
    return html`<p class="verdict">
      <strong>The summary of the probe is missing</strong>: ${count(images, 'image')} ${images === 1 ? 'is' : 'are'}
      done, but no summary can be read. Running the command again writes it, without processing any image again.
    </p>`;
  }
  return html`<p class="verdict">
    <strong>This run is not finished</strong>: ${count(images, 'image')} ${images === 1 ? 'is' : 'are'} done, and a
    probe is summarised when all are${missing && ` (${missing})`}. The record of the run is below.
  </p>`;
}

function atAGlance({ run, images }: ProbePage): Html {
  const { model, parameters: asked, seed } = run.record;
  return facts([
    ['Network', model.name],
    ['Data set', asked.dataset.name],
    ['Images', String(images)],
    ['Probe', asked.probe.id],
    ['Seed', String(seed)],
  ]);
}

function examplesSection({ examples, examplesFigure }: ProbePage): Html | null {
  if (examplesFigure === undefined) return null;
  return html`<section>
    <h2>${examplesFigure.title}</h2>
    <p class="quiet">${examplesFigure.caption}</p>
    ${pictureRows(examples)}
  </section>`;
}

function partSection({ section: { title, estimates, remarks: own }, figures, examples }: PagePart): Html {
  return html`<section>
    <h2>${title}</h2>
    ${figures.map(figureBlock)} ${estimateTables(estimates)} ${readingOf(own)} ${pictureRows(examples)}
  </section>`;
}

function files(summary: ProbeSummary): Html {
  const { curves, sections = [] } = summary;
  const estimates = [...summary.estimates, ...sections.flatMap((section) => section.estimates)];
  return downloads(
    [
      {
        ...{ name: 'estimates.csv', title: 'every estimate with its interval', type: 'text/csv' },
        text: csv(
          [
            'measure',
            'title',
            'condition',
            'n',
            'estimate',
            'low',
            'high',

            'unit',
            'paper',
            'published',
            'source',
            'p',
          ],
          estimates.map((each) => [
            ...[each.measure, each.title, each.condition, each.n, each.estimate],
            ...[each.interval?.[0], each.interval?.[1], each.unit, each.paper],
            ...[each.published?.value, each.published?.source, each.pValue],
          ]),
        ),
      },
      ...(curves.length === 0
        ? []
        : [
            {
              ...{ name: 'curves.csv', title: 'the points of the curves', type: 'text/csv' as const },
              text: csv(
                ['curve', 'series', 'x', 'y', 'low', 'high'],
                curves.flatMap(({ title, series }) =>
                  series.flatMap(({ name, points }) =>
                    points.map(({ x, y, interval }) => [title, name, x, y, interval?.[0], interval?.[1]]),
                  ),
                ),
              ),
            },
          ]),
    ],
    { tables: 'all rows in tables and the full summary in summary.json' },
  );
}

function parameters(record: ProbeRecord): Html {
  const { probe } = record.parameters;
  return provenance(record, {
    shown: ['probe'],
    special: [
      ['Probe', probe.id],
      ...(probe.preset === null ? [] : [['Preset', probe.preset] as const]),
      ...optionRows(probe.id, probe.options),
    ],
  });
}
