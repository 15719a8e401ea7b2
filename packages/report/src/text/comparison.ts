import type { ComparisonSummary } from '@understory/studies';
import { count, number, percent, probability, range } from '@understory/studies/results';
import { comparisonFindings, signed, toleranceText, verdictText } from '../comparison-report/findings.ts';
import { columns, type Style } from './columns.ts';

/** What a comparison of two networks found: the decisions, where they look, and every number of both with its paired test. */
export function comparisonText(summary: ComparisonSummary, style: Style): string {
  const { images, maps, measures, missing, tolerances } = summary;
  const [lead] = comparisonFindings(summary);
  const known = measures.filter(({ n }) => n > 0);
  return [
    `${style.bold(lead ?? `${count(images, 'image')} compared.`)}\n`,
    ...(maps.length === 0
      ? []
      : [
          `\nwhere they look\n`,
          columns(
            maps.flatMap(({ explainer, n, correlation, overlap }) => [
              [
                style.cyan(explainer),
                'rank correlation',
                ...[number(correlation.same.mean), range(correlation.same.interval), number(correlation.control.mean)],
                ...[probability(correlation.correctedPValue), String(n)],
              ],
              [
                '',
                'highest tenth shared',
                ...[number(overlap.same.mean), range(overlap.same.interval), number(overlap.control.mean)],
                ...[probability(overlap.correctedPValue), String(n)],
              ],
            ]),
            {
              indent: 2,
              right: [2, 3, 4, 5, 6],
              head: ['explainer', 'measure', 'same image', '95 % interval', 'other images', 'p', 'n'],
            },
          ),
        ]),
    ...missing.map(
      ({ explainer, network, reason, count: many }) =>
        `  ${style.cyan(explainer)} has no map in the ${network} network on ${count(many, 'image')}: ${reason}\n`,
    ),
    ...(known.length === 0
      ? []
      : [
          '\n',
          columns(
            known.map(({ title, unit, first, second, difference, interval, correctedPValue, better, n }) => {
              const print = unit === 'share' ? (value: number | null) => percent(value) : number;
              return [
                style.cyan(title),
                ...[print(first.mean), print(second.mean), signed(difference), range(interval)],
                ...[probability(correctedPValue), String(n), verdictText(difference, correctedPValue, better)],
              ];
            }),
            {
              indent: 2,
              right: [1, 2, 3, 4, 5, 6],
              head: ['measure', 'first', 'second', 'difference', '95 % interval', 'p', 'n', ''],
            },
          ),
        ]),
    ...(tolerances.length === 0 ? [] : ['\n', ...tolerances.map((each) => `${toleranceText(each)}\n`)]),
  ].join('');
}
