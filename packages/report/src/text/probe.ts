import type { ProbeEstimate, ProbeSummary } from '@understory/core';
import { count, number, percent, percentRange, range } from '@understory/studies/results';
import { columns, type Style } from './columns.ts';

/** Measures beside each other, as many as a terminal is wide. */
const beside = 3;

/** What a probe found: its verdict, then tables with a line a condition, each measure with its interval and the images that it is of. */
export function probeText({ images, verdict, estimates, examples, remarks = [] }: ProbeSummary, style: Style): string {
  const units = [...new Set(estimates.map(({ unit }) => unit))];
  const tables = units.flatMap((unit) => {
    const own = estimates.filter((each) => each.unit === unit);
    const measures = [...new Set(own.map(({ measure }) => measure))];
    return Array.from({ length: Math.ceil(measures.length / beside) }, (_, part) =>
      tableText(own, measures.slice(part * beside, (part + 1) * beside), style),
    );
  });
  return [
    `${style.bold(verdict.statement)}\n`,
    `${count(images, 'image')}${examples.length === 0 ? '' : `, pictures of ${examples.length} kept`}\n`,
    ...tables,
    ...remarks.map((remark) => `\n${remark}\n`),
  ].join('');
}

function tableText(estimates: readonly ProbeEstimate[], measures: readonly string[], style: Style): string {
  const shown = estimates.filter(({ measure }) => measures.includes(measure));
  const conditions = [...new Set(shown.map(({ condition }) => condition))];
  const titles = measures.map((measure) => shown.find((each) => each.measure === measure)!.title);
  const rows = conditions.flatMap((condition) => {
    const cells = measures.map((measure) =>
      shown.find((each) => each.measure === measure && each.condition === condition),
    );
    const sources = [...new Set(cells.flatMap((each) => each?.published?.source ?? []))];
    const papers = cells.some((each) => each?.paper !== undefined);
    return [
      [style.cyan(condition), ...cells.flatMap(cellsOf)],
      ...(papers ? [["  the paper's, its network", ...cells.flatMap((each) => [paperOf(each), '', ''])]] : []),
      ...sources.map((source) => [
        `  ${source}`,
        ...cells.flatMap((each) => [
          each?.published?.source === source ? print(each, each.published.value) : '',
          '',
          '',
        ]),
      ]),
    ];
  });
  const head = ['condition', ...measures.flatMap((measure) => [measure, '95 % interval', 'n'])];
  const right = head.map((_, column) => column).slice(1);
  return `\n${style.bold(titles.join('; '))}\n${columns(rows, { indent: 2, right, head })}`;
}

function cellsOf(each: ProbeEstimate | undefined): readonly string[] {
  if (each === undefined) return ['', '', ''];
  const { unit, estimate, interval, n } = each;
  return [print(each, estimate), unit === 'share' ? percentRange(interval) : range(interval), String(n)];
}

function paperOf(each: ProbeEstimate | undefined): string {
  return each?.paper === undefined ? '' : print(each, each.paper);
}

function print({ unit }: Pick<ProbeEstimate, 'unit'>, value: number | null): string {
  return unit === 'share' ? percent(value) : number(value);
}
