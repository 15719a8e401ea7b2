import { holm } from '@understory/statistics';
import type { Claim, ClaimTest, Expected } from '../spec/claim-spec.ts';
import { measure, type Measured } from './measure.ts';

/** What became of a claim on a network: `untold` where the number does not decide. */
export type ClaimVerdict = 'holds' | 'fails' | 'untold';

/** A claim with what became of it in one study. */
export interface DecidedTest extends ClaimTest {
  readonly verdict: ClaimVerdict;
  readonly measured?: Measured;
  /** Of a difference, after Holm's correction over the tests of all claims. */
  readonly correctedPValue?: number | null;
  /** Why it cannot be told, where that is not in the number itself. */
  readonly because?: string;
}

export interface DecidedClaim extends Omit<Claim, 'tests'> {
  /** One for each study that decides; none where no study can. */
  readonly tests: readonly DecidedTest[];
}

/** What is known of a study when claims are decided. */
export interface StudyResult {
  readonly summary?: unknown;
  /** Why there is no summary to rely on: `the study failed`. */
  readonly because?: string;
}

/**
 * Decides each claim by the number that it names. A difference is decided by its paired test at the 5 % level, after Holm's correction over
 * all such tests; anything else by its 95 % interval, which has to lie beyond the threshold as a whole.
 */
export function decideClaims(
  claims: readonly Claim[],
  resultOf: (study: string) => StudyResult,
): readonly DecidedClaim[] {
  const found = claims.map(({ tests, ...claim }) => ({
    ...claim,
    tests: tests.map((test) => {
      const { summary, because } = resultOf(test.study);
      const measured = summary === undefined ? undefined : measure(test.statistic, summary);
      return {
        test,
        because: because ?? (measured === undefined ? 'the study has no such number' : undefined),
        measured,
      };
    }),
  }));
  const all = found.flatMap(({ tests }) => tests);
  const corrected = holm(all.map(({ test, measured }) => (isTested(test, measured) ? measured!.pValue! : undefined)));
  const decided = all.map(({ test, measured, because }, at): DecidedTest => {
    const correctedPValue = isTested(test, measured) ? (corrected[at] ?? null) : undefined;
    return {
      ...test,
      verdict: because === undefined ? verdictOf(test.expected, measured!, correctedPValue) : 'untold',
      ...(measured && { measured }),
      ...(correctedPValue !== undefined && { correctedPValue }),
      ...(because !== undefined && { because }),
    };
  });
  let place = 0;
  return found.map(({ tests, ...claim }) => ({ ...claim, tests: tests.map(() => decided[place++]!) }));
}

/** Of fewer images no paired test could tell anything at the 5 % level: five that all agree have p = 0.0625. */
const leastImages = 6;

/** Whether a test against no difference decides. */
function isTested({ expected }: ClaimTest, measured: Measured | undefined): boolean {
  if (measured?.pValue === undefined || measured.pValue === null) return false;
  return ('above' in expected && expected.above === 0) || ('below' in expected && expected.below === 0);
}

function verdictOf(
  expected: Expected,
  { n, estimate, interval }: Measured,
  p: number | null | undefined,
): ClaimVerdict {
  if (estimate === null || n < leastImages) return 'untold';
  if (p !== undefined) {
    if (p === null || p >= 0.05 || estimate === 0) return 'untold';
    return estimate > 0 === 'above' in expected ? 'holds' : 'fails';
  }
  if (interval === null) return 'untold';
  const [low, high] = interval;
  const [least, most] = rangeOf(expected);
  if ('within' in expected)
    return low >= least && high <= most ? 'holds' : high < least || low > most ? 'fails' : 'untold';
  if (low > least && high < most) return 'holds';
  return high < least || low > most ? 'fails' : 'untold';
}

/** Where a number has to lie. */
function rangeOf(expected: Expected): readonly [least: number, most: number] {
  if ('within' in expected) return expected.within;
  return 'above' in expected ? [expected.above, Infinity] : [-Infinity, expected.below];
}
