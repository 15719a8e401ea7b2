import type {
  AttackComparison,
  AttackOutcome,
  AttackRecord,
  AttackSummary,
  MeanEstimate,
  Share,
} from '@understory/studies';
import { count, number, percent, percentRange, probability } from '@understory/studies/results';
import type { Colours } from '../figures/palette.ts';
import { html, type Html } from '../html.ts';
import { estimateCell } from '../page/estimate-cell.ts';

/** Tables of more rows are folded up. */
const mostRows = 30;

/** The paper's Table 1, with the intervals that it lacks. */
export function successTable({ attacks }: AttackSummary, { parameters }: AttackRecord, palette: Colours): Html {
  const withPaper = attacks.some(({ paper }) => paper !== null);
  const withTransfer = attacks.some(({ transfer }) => transfer !== null);
  return html`<div class="scroll">
      <table class="estimates names">
        <caption>
          Success and steps by mask.${successRule(parameters)} A step is a model evaluation; a failure counts as the
          maximum number of steps.
        </caption>
        <thead>
          <tr>
            <th scope="col">Mask</th>
            <th scope="col">Success</th>
            <th scope="col">Mean steps, successes</th>
            <th scope="col">Mean steps, failures as the maximum</th>
            <th scope="col">Still succeeds when saved</th>
            ${withTransfer && html`<th scope="col">Transfers to ${parameters.transfer?.name ?? 'the other network'}</th>`}
            ${withPaper && html`<th scope="col">The paper, its network: success and steps</th>`}
          </tr>
        </thead>
        <tbody>
          ${attacks.map(
            (each) =>
              html`<tr>
                <th scope="row">
                  <span class="swatch" style="background: ${palette.colour(each.attack)}"></span>${each.attack}
                </th>
                ${shareCell(each.success)} ${meanCell(each.stepsOfSuccesses)} ${meanCell(each.stepsOfAll)}
                ${shareCell(each.saved)} ${withTransfer && shareCell(each.transfer)} ${withPaper && paperCell(each)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${
      withPaper &&
      html`<p class="quiet">
        The last column is the paper’s Table 1: 100 images, the paper’s own network and weights. Its mean of steps is
        over successes only.
      </p>`
    }
    ${excluded(attacks)}`;
}

/** What counts as success, where every attack of the run stops by the same probability. */
function successRule({ attacks, goal }: AttackRecord['parameters']): string {
  const [threshold, ...others] = new Set(
    attacks.map(({ options }) => (options['stop'] === 'probability' ? options['threshold'] : undefined)),
  );
  if (goal === 'raise' || typeof threshold !== 'number' || others.length > 0) return '';
  return goal === 'targeted'
    ? ` Success is a probability of the target above ${threshold}.`
    : ` Success is a probability of the original class below ${number(1 - threshold, 2)}.`;
}

function paperCell({ paper }: AttackOutcome): Html {
  if (paper === null) return html`<td class="paper">–</td>`;
  return html`<td class="paper">${percent(paper.success)} <small>${paper.steps.toFixed(1)} steps</small></td>`;
}

function shareCell(found: Share | null): Html {
  if (found === null || found.share === null) return estimateCell('–', 'none');
  return estimateCell(percent(found.share), percentRange(found.interval), `${found.count} of ${found.n}`);
}

function meanCell({ mean, interval, n }: MeanEstimate): Html {
  if (mean === null) return estimateCell('–', 'none');
  return estimateCell(stepsText(mean), stepsRange(interval), `n ${n}`);
}

function excluded(attacks: readonly AttackOutcome[]): Html | null {
  const reasons = attacks.flatMap(({ attack, excluded: why }) =>
    why.map(({ reason, count: times }) => `${attack}, ${count(times, 'image')}: ${reason}`),
  );
  if (reasons.length === 0) return null;
  return html`<p class="quiet">Not attacked: ${reasons.join('; ')}.</p>`;
}

/** How far the pixels moved, and whether every picture keeps to the constraints. */
export function distanceTable({ attacks }: AttackSummary): Html {
  return html`<div class="scroll">
    <table class="names">
      <caption>
        Distances between adversarial and original images: means over all of them, successes and failures
      </caption>
      <thead>
        <tr>
          <th scope="col">Mask</th>
          <th scope="col">Pixels in the mask</th>
          <th scope="col">Pixels changed</th>
          <th scope="col">L∞ of 255</th>
          <th scope="col">L2</th>
          <th scope="col">SSIM</th>
          <th scope="col" class="words">Constraints violated</th>
        </tr>
      </thead>
      <tbody>
        ${attacks.map(
          ({ attack, maskPixels, distances: { l0, linf, l2, ssim }, broken }) =>
            html`<tr>
              <th scope="row">${attack}</th>
              <td>${maskPixels === null ? '–' : Math.round(maskPixels)}</td>
              <td>${l0 === null ? '–' : Math.round(l0)}</td>
              <td>${number(linf === null ? null : 255 * linf, 2)}</td>
              <td>${number(l2)}</td>
              <td>${number(ssim)}</td>
              <td class="words">${brokenText(broken)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

const rules: Readonly<Record<keyof AttackOutcome['broken'], string>> = {
  withinEpsilon: 'beyond epsilon',
  withinPixels: 'outside 0..1',
  zeroOutsideMask: 'changed outside the mask',
  savedWithinEpsilon: 'beyond epsilon when saved',
};

function brokenText(broken: AttackOutcome['broken']): Html | string {
  const found = Object.entries(rules).flatMap(([rule, text]) => {
    const times = broken[rule as keyof AttackOutcome['broken']];
    return times > 0 ? [`${times} ${text}`] : [];
  });
  return found.length === 0 ? 'none' : html`<span class="worse">${found.join(', ')}</span>`;
}

/** Every pair of masks on the images that both attacked. */
export function comparisonTable({ comparisons }: AttackSummary): Html | null {
  if (comparisons.length === 0) return null;
  const table = html`<div class="scroll">
    <table class="estimates names">
      <caption>
        Pairs of masks on the same images, first minus second. Success is tested by McNemar’s exact test, steps (a
        failure counts as the maximum) by a sign-flip permutation test; p in small type is before Holm’s correction over
        this table
      </caption>
      <thead>
        <tr>
          <th scope="col">First</th>
          <th scope="col" class="words">Second</th>
          <th scope="col">Success, in points</th>
          <th scope="col">p (Holm)</th>
          <th scope="col">Steps</th>
          <th scope="col">p (Holm)</th>
          <th scope="col">Images</th>
        </tr>
      </thead>
      <tbody>
        ${comparisons.map(comparisonRow)}
      </tbody>
    </table>
  </div>`;
  if (comparisons.length <= mostRows) return table;
  return html`<details>
    <summary>${comparisons.length} paired comparisons</summary>
    ${table}
  </details>`;
}

function comparisonRow({ first, second, n, success, steps }: AttackComparison): Html {
  return html`<tr>
    <th scope="row">${first}</th>
    <td class="words">${second}</td>
    ${estimateCell(pointsText(success.difference), `only first ${success.onlyFirst}`, `only second ${success.onlySecond}`)}
    ${estimateCell(probability(success.correctedPValue), probability(success.pValue))}
    ${estimateCell(stepsText(steps.difference), stepsRange(steps.interval))}
    ${estimateCell(probability(steps.correctedPValue), probability(steps.pValue))}
    <td>${n}</td>
  </tr>`;
}

/** Steps are told to a tenth, `−11.6`; an en dash for none. */
export function stepsText(steps: number | null): string {
  if (steps === null) return '–';
  const tenths = Math.round(10 * steps) / 10;
  return (tenths === 0 ? 0 : tenths).toFixed(1).replace('-', '−');
}

/** `−11.6 to −7.5`. */
export function stepsRange(interval: AttackComparison['steps']['interval']): string {
  return interval === null ? 'no interval' : interval.map(stepsText).join(' to ');
}

/** A difference of shares, such as `−23.0`. */
export function pointsText(difference: number | null): string {
  return difference === null ? '–' : (100 * difference).toFixed(1).replace('-', '−');
}
