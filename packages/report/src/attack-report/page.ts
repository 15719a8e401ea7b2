import type { UnderstoryError } from '@understory/core';
import type { AttackRecord, AttackSummary } from '@understory/studies';
import { count, percent } from '@understory/studies/results';
import type { Figure } from '../figures/figure.ts';
import type { Colours } from '../figures/palette.ts';
import type { PictureRow } from '../figures/picture-grid.ts';
import { html, type Html } from '../html.ts';
import { downloads } from '../page/downloads.ts';
import { estimateStyle } from '../page/estimate-cell.ts';
import { facts } from '../page/facts.ts';
import { failures } from '../page/failures.ts';
import { figureBlock } from '../page/figure-block.ts';
import { findingsList } from '../page/findings-list.ts';
import { frame } from '../page/frame.ts';
import { notesOf } from '../page/notes-of.ts';
import { pictureRows, pictureStyle } from '../page/pictures.ts';
import { optionRows, provenance, type Parameter } from '../page/provenance.ts';
import { remarks } from '../page/remarks.ts';
import { thePaper } from '../page/the-paper.ts';
import type { Headline, ReportedRun } from '../reported-run.ts';
import { attackFiles } from './files.ts';
import { findings } from './findings.ts';
import { epsilonText } from './naming.ts';
import { comparisonTable, distanceTable, successTable } from './tables.ts';

export interface AttackPage {
  readonly run: Pick<ReportedRun<AttackRecord>, 'record' | 'failed' | 'isComplete' | 'missing'>;
  readonly problems: readonly UnderstoryError[];
  readonly summary: AttackSummary;
  /** Of what was found, in the order in which they are shown. */
  readonly figures: readonly Figure[];
  readonly palette: Colours;
  /** The rows of each image. */
  readonly examples: readonly (readonly PictureRow[])[];
  readonly examplesHead: Pick<Figure, 'title' | 'caption'>;
}

const done = 'attacked';

/** What came out and the table of success; the first figure. */
export function headline({
  run,
  summary,
  palette,
  figures,
}: Omit<AttackPage, 'problems' | 'examples' | 'examplesHead'>): Headline {
  return {
    done,
    lead: findingsList(findings(summary, run.record)),
    tables: [successTable(summary, run.record, palette)],
    figure: figures[0],
  };
}

/** How easily a network is fooled, and through which pixels. */
export function page(content: AttackPage): string {
  const { run, summary, figures, palette } = content;
  const { record } = run;
  return frame({
    title: `How easily is ${record.model.name} fooled?`,
    notes: notesOf(record),
    head: html`<p class="quiet">${lead(content)}</p>
      ${summary.attacks.some(({ paper }) => paper !== null) && thePaper} ${atAGlance(content)}
      ${remarks({ ...run, problems: content.problems }, { done })}`,
    main: html`<section>
        <h2>Results</h2>
        ${findingsList(findings(summary, record))} ${successTable(summary, record, palette)} ${figures.map(figureBlock)}
      </section>
      <section>
        <h2>Pairs and distances</h2>
        ${comparisonTable(summary)} ${distanceTable(summary)} ${warnings(summary)}
      </section>
      ${examplesSection(content)}
      ${downloads(attackFiles(summary), { tables: 'all rows in tables and the full summary in summary.json' })}
      ${failures(run.failed, { done })} ${parameters(record)}`,
    footer: html`Intervals are 95 % confidence intervals: Wilson’s for proportions, BCa bootstrap for means and
    differences. Pairs are compared on the same images; p-values are Holm-corrected over all comparisons on this page.`,
    style: `${pictureStyle}${estimateStyle}`,
    version: record.versions['understory'],
  });
}

function lead({ run: { record }, summary }: AttackPage): string {
  const { attacks, dataset } = record.parameters;
  const what = [...new Set(attacks.map(({ title }) => title))].join(', ');
  const aim = aimText(record.parameters);
  return `${what}, on ${count(summary.images, 'image')} of ${dataset.name}: small perturbations within a mask that cause the network ${aim}.`;
}

function aimText({ goal, target, threshold }: AttackRecord['parameters']): string {
  if (goal === 'untargeted') return 'to leave the predicted class';
  if (goal === 'targeted') return `to predict ${targetText(target)}`;
  const words = targetText(target);
  const isLowered = words.startsWith('-');
  const past = threshold === undefined ? '' : ` ${isLowered ? 'below' : 'above'} ${threshold}`;
  return isLowered ? `to lower ${words.slice(1)}${past}` : `to raise ${words}${past}`;
}

function targetText(target: AttackRecord['parameters']['target']): string {
  if (target === null) return 'the target';
  if (target.index === null) return target.label ?? 'the target';
  return target.label === null ? `class ${target.index}` : `${target.label} (class ${target.index})`;
}

function atAGlance({ run: { record }, summary }: AttackPage): Html {
  const { attacks, dataset, goal, target, transfer } = record.parameters;
  const { accuracy } = summary;
  const budgets = new Set(attacks.map(({ budget }) => epsilonText(budget.epsilon, budget.norm)));
  return facts([
    ['Network', record.model.name],
    ['Data set', dataset.name],
    ['Images', String(summary.images)],
    ...(accuracy.n > 0
      ? [['Correct predictions', `${accuracy.count} of ${accuracy.n}, ${percent(accuracy.share)}`] as const]
      : []),
    ['Goal', goal === 'untargeted' ? 'any other class' : targetText(target)],
    ['Budget', [...budgets].join(', ')],
    ...(transfer === null ? [] : [['Transfer to', transfer.name] as const]),
  ]);
}

function warnings({ warnings: found }: AttackSummary): Html | null {
  if (found.length === 0) return null;
  return html`<h3>Warnings</h3>
    <p>Why a failure may overstate the robustness of the network.</p>
    <ul>
      ${found.map(({ attack, warning, count: times }) => html`<li>${attack}, ${count(times, 'image')}: ${warning}</li>`)}
    </ul>`;
}

function examplesSection({ examples, examplesHead }: AttackPage): Html | null {
  if (examples.length === 0) return null;
  return html`<section>
    <h2>${examplesHead.title}</h2>
    <p class="quiet">${examplesHead.caption}</p>
    ${examples.map(pictureRows)}
  </section>`;
}

function parameters(record: AttackRecord): Html {
  const { attacks, target, threshold, transfer } = record.parameters;
  const settings = new Map(attacks.map((each) => [JSON.stringify([each.attack, each.options]), each]));
  const special: readonly Parameter[] = [
    ...(target === null ? [] : [['Target', targetText(target)] as const]),
    ...(threshold === undefined ? [] : [['Threshold', String(threshold)] as const]),
    ...(transfer === null ? [] : [['Transfer to', `${transfer.name}, SHA-256 ${transfer.sha256}`] as const]),
    ...attacks.flatMap((each): Parameter[] => (each.preset === null ? [] : [[`${each.name}: preset`, each.preset]])),
    ...[...settings.values()].flatMap(({ attack, options }) => optionRows(attack, options)),
    ...attacks.flatMap(({ name, mask }) => optionRows(name, mask.options)),
  ];
  return provenance(record, { shown: ['attacks', 'target', 'threshold', 'transfer'], special });
}
