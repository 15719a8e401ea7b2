import type { ProbeEstimate, ProbeSummary } from '@understory/core';
import { number, percent, percentRange, range } from '@understory/report';
import type { Style } from '../style.ts';
import { columns, count } from './text.ts';

/** What a probe found: its verdict, then a table of each measure with a line a condition. */
export function probeText({ images, verdict, estimates, examples }: ProbeSummary, style: Style): string {
  const measures = [...new Set(estimates.map(({ measure }) => measure))];
  return [
    `${style.bold(verdict.statement)}\n`,
    `${count(images, 'image')}${examples.length === 0 ? '' : `, pictures of ${examples.length} kept`}\n`,
    ...measures.map((measure) =>
      measureText(
        estimates.filter((each) => each.measure === measure),
        style,
      ),
    ),
  ].join('');
}

function measureText(estimates: readonly ProbeEstimate[], style: Style): string {
  const hasPaper = estimates.some(({ paper }) => paper !== undefined);
  const rows = estimates.map((each) => [
    style.cyan(each.condition),
    print(each, each.estimate),
    each.unit === 'share' ? percentRange(each.interval) : range(each.interval),
    String(each.n),
    ...(hasPaper ? [each.paper === undefined ? '' : print(each, each.paper)] : []),
  ]);
  const head = ['condition', 'estimate', '95 % interval', 'images', ...(hasPaper ? ["paper's, its network"] : [])];
  return `\n${style.bold(estimates[0]!.title)}\n${columns(rows, { indent: 2, right: [1, 2, 3, 4], head })}`;
}

function print({ unit }: Pick<ProbeEstimate, 'unit'>, value: number | null): string {
  return unit === 'share' ? percent(value) : number(value);
}
