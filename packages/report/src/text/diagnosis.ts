import type { DiagnosisSummary } from '@understory/studies';
import { percent } from '@understory/studies/results';
import type { Style } from './columns.ts';

/** What a diagnosis comes to: a sentence for each part, its caveat beneath. */
export function diagnosisText({ verdicts, prediction: { options } }: DiagnosisSummary, style: Style): string {
  const best = options.map(
    ({ target, label, probability }) =>
      `${label ?? target}${probability === undefined ? '' : ` ${percent(probability)}`}`,
  );
  return [
    ...(best.length === 0 ? [] : [`${style.dim(best.join('  '))}\n`]),
    ...verdicts.map(({ statement, caveat }) => `\n${style.bold(statement)}\n  ${style.dim(caveat)}\n`),
  ].join('');
}
