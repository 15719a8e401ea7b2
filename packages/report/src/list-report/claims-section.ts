import {
  capitalised,
  count,
  number,
  percent,
  percentRange,
  probability,
  range,
  statisticText,
  type ClaimVerdict,
  type DecidedClaim,
  type DecidedTest,
  type Measured,
} from '@understory/studies/results';
import { html, type Html } from '../html.ts';

/** A study that decides, as the page names it. */
export interface DecidingStudy {
  readonly network: string;
  readonly data: string;
  /** Of its section. */
  readonly href: string;
}

const words: Readonly<Record<ClaimVerdict, string>> = {
  holds: 'Holds',
  fails: 'Does not hold',
  untold: 'Cannot be told',
};

/** Each claim with a line for every network that it was tested on; nothing where there are no claims. */
export function claimsSection(claims: readonly DecidedClaim[], studyOf: (name: string) => DecidingStudy): Html | null {
  if (claims.length === 0) return null;
  return html`<section id="claims">
    <h2>Claim by claim</h2>
    <p>${tallyText(claims)}</p>
    <p class="quiet">
      A difference is decided by its paired test on the same images, at the 5 % level after Holm’s correction over all
      tests of this list; any other number by its 95 % interval, which has to lie beyond the threshold as a whole. Of
      fewer than six images nothing is concluded. Each line is about the network and the images that it names, and about
      no other.
    </p>
    ${claims.map((claim) => claimBlock(claim, studyOf))}
  </section>`;
}

/** How many lines say what. */
export function tallyText(claims: readonly DecidedClaim[]): string {
  const verdicts = claims.flatMap(({ tests }) =>
    tests.length === 0 ? ['untold'] : tests.map(({ verdict }) => verdict),
  );
  const many = (verdict: ClaimVerdict) => verdicts.filter((each) => each === verdict).length;
  return `Of ${count(verdicts.length, 'line')} on ${count(claims.length, 'claim')}: ${count(many('holds'), 'holds', 'hold')}, ${count(many('fails'), 'does not', 'do not')}, ${many('untold')} cannot be told.`;
}

function claimBlock({ id, place, claim, tests, why }: DecidedClaim, studyOf: (name: string) => DecidingStudy): Html {
  return html`<div class="claim" id="claim-${id}">
    <h3>${claim}</h3>
    <p class="quiet">${place}</p>
    <ul>
      ${
        tests.length === 0
          ? html`<li class="untold"><strong>${words.untold}</strong>: no study here decides it.</li>`
          : tests.map((test) => testLine(test, studyOf(test.study)))
      }
    </ul>
    ${why !== undefined && html`<p class="quiet">${why}</p>`}
  </div>`;
}

function testLine(test: DecidedTest, { network, data, href }: DecidingStudy): Html {
  const { verdict, measured, because, study } = test;
  return html`<li class="${verdict}">
    <strong>${words[verdict]}</strong> on ${network}, ${data}:
    ${because ?? `${measuredText(test, measured!)}; ${expectedText(test)}`} (<a href="${href}">study ${study}</a>).
  </li>`;
}

/** The claims that a study decides, beside its results; nothing where it decides none. */
export function decidedHere(claims: readonly DecidedClaim[], study: string): Html | null {
  const lines = claims.flatMap(({ id, claim, tests }) =>
    tests.flatMap((test) => (test.study === study ? [{ id, claim, test }] : [])),
  );
  if (lines.length === 0) return null;
  return html`<div class="claim here">
    <ul>
      ${lines.map(
        ({ id, claim, test }) =>
          html`<li class="${test.verdict}">
            <strong>${words[test.verdict]}</strong>: <a href="#claim-${id}">${claim}</a>
            <span class="quiet">${test.because ?? `${capitalised(measuredText(test, test.measured!))}.`}</span>
          </li>`,
      )}
    </ul>
  </div>`;
}

/** Such as `success through uniform minus origin-top: 41.0 points (n 20, p (Holm) = 0.012)`. */
function measuredText({ what, statistic, correctedPValue }: DecidedTest, measured: Measured): string {
  const { n, estimate, interval } = measured;
  const name = what ?? statisticText(statistic, measured);
  if (estimate === null) return `${name} was not measured`;
  const within = interval === null ? [] : [`95\u00a0% interval ${rangeText(measured)}`];
  const tested = correctedPValue === undefined ? [] : [`p\u00a0(Holm) ${withSign(probability(correctedPValue))}`];
  const about = [`n\u00a0${n}`, ...within, ...tested].join(', ');
  return `${name}: ${valueText(estimate, measured.unit)} (${about})`;
}

function expectedText({ expected, measured }: DecidedTest): string {
  const { unit = 'number' } = measured ?? {};
  const text = (value: number) => (value === 0 ? '0' : valueText(value, unit));
  if ('within' in expected) return `the claim holds from ${text(expected.within[0])} to ${text(expected.within[1])}`;
  return 'above' in expected
    ? `the claim holds above ${text(expected.above)}`
    : `the claim holds below ${text(expected.below)}`;
}

/** A fraction in percent, a difference of fractions in percentage points, a number with what tells it from its neighbours or so many places. */
export function valueText(value: number | null, unit: Measured['unit'], places?: number): string {
  if (unit === 'share') return percent(value);
  if (unit === 'points') return value === null ? '–' : `${inPoints(value)}\u00a0points`;
  return places === undefined || value === null ? number(value) : value.toFixed(places).replace('-', '−');
}

/** The interval of a number, in its unit. */
export function rangeText({ interval, unit }: Pick<Measured, 'interval' | 'unit'>, places?: number): string {
  if (interval === null || unit === 'share') return percentRange(interval);
  const [low, high] = interval;
  if (unit === 'points') return `${inPoints(low)} to ${inPoints(high)}\u00a0points`;
  return places === undefined ? range(interval) : `${valueText(low, unit, places)} to ${valueText(high, unit, places)}`;
}

/** `+12.5`, `−31.3`: percentage points, which say which of two is larger. */
function inPoints(difference: number): string {
  const text = (100 * difference).toFixed(1).replace('-', '−');
  return difference > 0 ? `+${text}` : text;
}

function withSign(text: string): string {
  return (text.startsWith('<') || text === '–' ? text : `= ${text}`).replace(' ', '\u00a0');
}

export const claimsStyle = `
.claim { border-bottom: 1px solid var(--rule); padding-bottom: .6rem; break-inside: avoid; }
.claim h3 { margin: 1.2rem 0 0; max-width: 50rem; }
.claim p { margin: .15rem 0; }
.claim ul { list-style: none; padding: 0; margin: .4rem 0; max-width: 50rem; }
.claim li { border-left: 4px solid var(--quiet); padding-left: .8rem; margin: .4rem 0; overflow-wrap: anywhere; }
.claim.here { border: 0; padding: 0; margin-top: 1.2rem; }
.claim li.holds { border-color: var(--good); }
.claim li.holds strong { color: var(--good); }
.claim li.fails { border-color: var(--bad); }
.claim li.fails strong { color: var(--bad); }
`;
