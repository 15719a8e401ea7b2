import type { ProbeEstimate } from '@understory/core';
import { html, type Html } from '../html.ts';
import { capitalised, number, percent, percentRange, probability, range } from '@understory/studies/results';
import { estimateCell } from '../page/estimate-cell.ts';

/** Columns beyond this do not fit on a page; of conditions with long names fewer do. */
function mostColumns(estimates: readonly ProbeEstimate[]): number {
  return estimates.some(({ condition }) => condition.length > 24) ? 5 : 6;
}

/** Estimates with a row for each condition and a column for each measure, the paper's numbers in rows of their own. */
export function estimateTables(estimates: readonly ProbeEstimate[]): readonly Html[] {
  const measures = new Map(estimates.map(({ measure, title, unit }) => [measure, { title, unit }]));
  // In the order in which a probe gives them.
  const units = [...new Set(estimates.map(({ unit }) => unit))];
  return units.flatMap((unit) => {
    const columns = [...measures].filter(([, { unit: own }]) => own === unit).map(([measure]) => measure);
    const parts = Math.ceil(columns.length / mostColumns(estimates));
    const size = Math.ceil(columns.length / Math.max(1, parts));
    return Array.from({ length: parts }, (_, part) =>
      table(unit, columns.slice(part * size, (part + 1) * size), measures, estimates),
    );
  });
}

function table(
  unit: ProbeEstimate['unit'],
  columns: readonly string[],
  measures: ReadonlyMap<string, { readonly title: string }>,
  estimates: readonly ProbeEstimate[],
): Html {
  const shown = estimates.filter(({ measure }) => columns.includes(measure));
  const conditions = [...new Set(shown.map(({ condition }) => condition))];
  const measured = shown.filter(({ estimate }) => estimate !== null);
  const bare = measured.filter(isBare);
  return html`<div class="scroll">
    <table class="estimates">
      <caption>
        ${unit === 'share' ? 'Fractions' : 'Means'} by
        condition${
          measured.length === 0
            ? ', none of which was measured'
            : bare.length === measured.length
              ? ', of one image, without intervals'
              : `, each with its 95 % interval and the sample size${bare.length > 0 ? '; numbers of one image have none' : ''}`
        }
      </caption>
      <thead>
        <tr>
          <th scope="col">Condition</th>
          ${columns.map((measure) => html`<th scope="col">${headOf(measures.get(measure)?.title ?? measure)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${conditions.map((condition) => {
          const cells = columns.map((measure) =>
            shown.find((each) => each.measure === measure && each.condition === condition),
          );
          return html`<tr>
              <th scope="row">${condition}</th>
              ${cells.map(cell)}
            </tr>
            ${
              cells.some((each) => each?.paper !== undefined) &&
              html`<tr class="paper">
                <th scope="row">The paper, its own network and data</th>
                ${cells.map((each) => html`<td>${each?.paper === undefined ? '–' : print(each, each.paper)}</td>`)}
              </tr>`
            }
            ${sourcesOf(cells).map(
              (source) =>
                html`<tr class="paper">
                  <th scope="row">Published: ${source}</th>
                  ${cells.map((each) => {
                    const published = each?.published?.source === source ? each.published : undefined;
                    return html`<td>${published === undefined ? '–' : print(each!, published.value)}</td>`;
                  })}
                </tr>`,
            )}`;
        })}
      </tbody>
    </table>
  </div>`;
}

/** Whose numbers stand beside those of a row. */
function sourcesOf(cells: readonly (ProbeEstimate | undefined)[]): readonly string[] {
  return [...new Set(cells.flatMap((each) => each?.published?.source ?? []))];
}

/** A hyphen before a digit, as in top-1, does not break a line. */
function headOf(title: string): string {
  return capitalised(title).replaceAll(/-(?=\d)/g, '\u2011');
}

/** Of one image, which has no interval: that is said once, not in every cell. */
function isBare({ n, interval, pValue }: ProbeEstimate): boolean {
  return n < 2 && interval === null && pValue === undefined;
}

function cell(estimate: ProbeEstimate | undefined): Html {
  if (estimate === undefined) return html`<td>–</td>`;
  const { estimate: value, interval, n, unit, pValue } = estimate;
  if (value === null) return estimateCell('–', 'none measured');
  if (isBare(estimate)) return estimateCell(print(estimate, value));
  const within = unit === 'share' ? percentRange(interval) : range(interval);
  const tested = pValue === undefined ? [] : [`p ${probability(pValue)}`];
  return estimateCell(print(estimate, value), interval === null ? 'no interval' : within, `n ${n}`, ...tested);
}

function print({ unit }: ProbeEstimate, value: number): string {
  return unit === 'share' ? percent(value) : number(value);
}
