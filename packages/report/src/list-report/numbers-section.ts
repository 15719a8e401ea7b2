import type { ReportedNumber } from '@understory/studies';
import { measure, percent, statisticText, type Measured } from '@understory/studies/results';
import { besideThePaperFigure } from '../figures/beside-the-paper.ts';
import type { Figure } from '../figures/figure.ts';
import { html, type Html } from '../html.ts';
import { estimateCell } from '../page/estimate-cell.ts';
import { figureBlock } from '../page/figure-block.ts';
import { rangeText, valueText, type DecidingStudy } from './claims-section.ts';

/** A number of the publication with ours. */
export interface NumberBeside extends ReportedNumber {
  /** Undefined where the study has none. */
  readonly measured: Measured | undefined;
}

/** Each number with ours out of the summaries of studies. */
export function numbersBeside(
  numbers: readonly ReportedNumber[],
  summaryOf: (study: string) => unknown,
): readonly NumberBeside[] {
  return numbers.map((each) => {
    const summary = summaryOf(each.study);
    return { ...each, measured: summary === undefined ? undefined : measure(each.statistic, summary) };
  });
}

/** The publication's numbers with ours beside them; nothing where there are none. */
export function numbersSection(
  numbers: readonly NumberBeside[],
  studyOf: (name: string) => DecidingStudy,
): Html | null {
  if (numbers.length === 0) return null;
  const figure = sharesFigure(numbers);
  return html`<section id="numbers">
    <h2>The paper’s numbers beside ours</h2>
    <p class="quiet">
      The paper’s numbers are in italics, with where it has them; they are of its own networks and data. Ours have 95 %
      intervals.
    </p>
    ${figure !== undefined && figureBlock(figure)}
    <div class="scroll">
      <table class="estimates names">
        <thead>
          <tr>
            <th scope="col">What</th>
            <th scope="col">The paper</th>
            <th scope="col">Here</th>
            <th scope="col" class="words">Network and data here</th>
          </tr>
        </thead>
        <tbody>
          ${numbers.map((each) => row(each, studyOf(each.study)))}
        </tbody>
      </table>
    </div>
  </section>`;
}

function row(
  { what, place, value, printed, unit, statistic, measured }: NumberBeside,
  { network, data, href }: DecidingStudy,
): Html {
  const estimate = measured?.estimate ?? null;
  const places = placesOf(printed);
  return html`<tr>
    <th scope="row">${what}</th>
    <td class="paper">${printed ?? valueText(value, unit)} <small>${place}</small></td>
    ${
      estimate === null
        ? estimateCell('–', measured !== undefined && statistic.kind === 'accuracy' ? 'no labels' : 'not measured')
        : estimateCell(
            valueText(estimate, unit, places),
            measured!.interval === null ? 'no interval' : rangeText({ interval: measured!.interval, unit }, places),
            `n ${measured!.n}`,
          )
    }
    <td class="words"><a href="${href}">${network}</a>, ${data}<small>${statisticText(statistic, measured)}</small></td>
  </tr>`;
}

/** How many decimal places the publication prints. */
function placesOf(printed: string | undefined): number | undefined {
  return printed === undefined ? undefined : (/\.(\d+)/.exec(printed)?.[1]!.length ?? 0);
}

/** The fractions among the numbers, drawn; undefined where there are none. */
export function sharesFigure(numbers: readonly NumberBeside[]): Figure | undefined {
  const shares = numbers.flatMap(({ what, value, unit, measured }) => {
    if (unit !== 'share' || measured?.estimate === undefined || measured.estimate === null) return [];
    return [{ name: what, estimate: measured.estimate, interval: measured.interval, paper: value }];
  });
  if (shares.length === 0) return undefined;
  const head = { name: 'beside-the-paper', title: 'Fractions', axis: 'fraction of images' };
  return besideThePaperFigure(head, shares, (value) => percent(value));
}
