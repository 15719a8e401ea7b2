import type { ClaimVerdict, DecidedClaim } from '@understory/studies/results';
import { tallyText } from '../list-report/claims-section.ts';
import { columns } from './columns.ts';

const words: Readonly<Record<ClaimVerdict, string>> = {
  holds: 'holds',
  fails: 'does not hold',
  untold: 'cannot be told',
};

/** A line for each claim and study that decides it, and how many say what. */
export function claimsText(claims: readonly DecidedClaim[]): string {
  const lines = claims.flatMap(({ claim, place, tests }) =>
    (tests.length === 0 ? [undefined] : tests).map((test) => [
      words[test?.verdict ?? 'untold'],
      test?.study ?? '',
      `${claim} (${place})`,
    ]),
  );
  return `\n${columns(lines, { indent: 2 })}${tallyText(claims)}\n`;
}
