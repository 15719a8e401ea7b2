import type { ComparisonSummary } from '@understory/studies';
import { count, number, percent, percentRange, probability, range } from '@understory/studies/results';
import {
  blindnessVerdict,
  comparisonFindings,
  differenceRange,
  differenceText,
  signed,
  toleranceText,
  verdictText,
} from '../comparison-report/findings.ts';
import { columns, type Style } from './columns.ts';

/** What a comparison of two networks found: the decisions, where they look, and every number of both with its paired test. */
export function comparisonText(summary: ComparisonSummary, style: Style): string {
  const { images, maps, measures, missing, blindness, transfers, tolerances } = summary;
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
    ...(known.length === 0 && blindness === null
      ? []
      : [
          '\n',
          columns(
            [
              ...(blindness === null
                ? []
                : [
                    [
                      style.cyan(`${blindness.title}, ${blindness.condition}`),
                      ...[number(blindness.first.mean, 2), number(blindness.second.mean, 2)],
                      ...[signed(blindness.difference), range(blindness.interval), ''],
                      ...[String(blindness.second.n), blindnessVerdict(blindness)],
                    ],
                  ]),
              ...known.map((each) => {
                const { title, unit, first, second, difference, correctedPValue, better, n } = each;
                const print = unit === 'share' ? (value: number | null) => percent(value) : number;
                return [
                  style.cyan(title),
                  ...[print(first.mean), print(second.mean), differenceText(each), differenceRange(each)],
                  ...[probability(correctedPValue), String(n), verdictText(difference, correctedPValue, better)],
                ];
              }),
            ],
            {
              indent: 2,
              right: [1, 2, 3, 4, 5, 6],
              head: ['measure', 'first', 'second', 'difference', '95 % interval', 'p', 'n', ''],
            },
          ),
        ]),
    ...(transfers.length === 0
      ? []
      : [
          '\nadversarial images of one shown to the other\n',
          columns(
            transfers.map(({ from, mask, n, fooled, share, interval }) => [
              style.cyan(`of the ${from}`),
              ...[mask, `${fooled} of ${n}`, percent(share), percentRange(interval)],
            ]),
            { indent: 2, right: [2, 3, 4], head: ['made for', 'mask', 'fool the other', 'fraction', '95 % interval'] },
          ),
        ]),
    ...(tolerances.length === 0 ? [] : ['\n', ...tolerances.map((each) => `${toleranceText(each)}\n`)]),
  ].join('');
}
