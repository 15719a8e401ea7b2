import type { ProbeEstimate, ProbeSummary } from '@understory/core';
import { count, number, percent, percentRange, probability, range } from '@understory/studies/results';
import { columns, type Style } from './columns.ts';

/** Measures beside each other, as many as a terminal is wide. */
const beside = 3;

/** What a probe found: its verdict, then tables with a line a condition, each measure with its interval and the images that it is of. */
export function probeText(summary: ProbeSummary, style: Style): string {
  const { images, verdict, estimates, examples, remarks = [], sections = [] } = summary;
  const pictures = [...examples, ...sections.flatMap((section) => section.examples)].length;
  return [
    `${style.bold(verdict.statement)}\n`,
    `${count(images, 'image')}${pictures === 0 ? '' : `, pictures of ${pictures} kept`}\n`,
    ...tablesText(estimates, style),
    ...remarks.map((remark) => `\n${remark}\n`),
    ...sections.flatMap((section) => [
      `\n${style.bold(section.title)}\n`,
      ...tablesText(section.estimates, style),
      ...section.remarks.map((remark) => `\n${remark}\n`),
    ]),
  ].join('');
}

function tablesText(estimates: readonly ProbeEstimate[], style: Style): readonly string[] {
  const units = [...new Set(estimates.map(({ unit }) => unit))];
  return units.flatMap((unit) => {
    const own = estimates.filter((each) => each.unit === unit);
    const measures = [...new Set(own.map(({ measure }) => measure))];
    return Array.from({ length: Math.ceil(measures.length / beside) }, (_, part) =>
      tableText(own, measures.slice(part * beside, (part + 1) * beside), style),
    );
  });
}

function tableText(estimates: readonly ProbeEstimate[], measures: readonly string[], style: Style): string {
  const shown = estimates.filter(({ measure }) => measures.includes(measure));
  const conditions = [...new Set(shown.map(({ condition }) => condition))];
  const isTested = (measure: string) => shown.some((each) => each.measure === measure && each.pValue !== undefined);
  const titles = measures.map((measure) => shown.find((each) => each.measure === measure)!.title);
  const rows = conditions.flatMap((condition) => {
    const cells = measures.map((measure) =>
      shown.find((each) => each.measure === measure && each.condition === condition),
    );
    const sources = [...new Set(cells.flatMap((each) => each?.published?.source ?? []))];
    const papers = cells.some((each) => each?.paper !== undefined);
    const line = (name: string, of: (each: ProbeEstimate | undefined) => readonly string[]) => [
      name,
      ...cells.flatMap((each, at) => {
        const [value = '', interval = '', n = '', p = ''] = of(each);
        return [value, interval, n, ...(isTested(measures[at]!) ? [p] : [])];
      }),
    ];
    return [
      line(style.cyan(condition), cellsOf),
      ...(papers ? [line("  the paper's, its network", (each) => [paperOf(each)])] : []),
      ...sources.map((source) =>
        line(`  ${source}`, (each) => [each?.published?.source === source ? print(each, each.published.value) : '']),
      ),
    ];
  });
  const head = [
    'condition',
    ...measures.flatMap((measure) => [measure, '95 % interval', 'n', ...(isTested(measure) ? ['p'] : [])]),
  ];
  const right = head.map((_, column) => column).slice(1);
  return `\n${style.bold(titles.join('; '))}\n${columns(rows, { indent: 2, right, head })}`;
}

function cellsOf(each: ProbeEstimate | undefined): readonly string[] {
  if (each === undefined) return [];
  const { unit, estimate, interval, n, pValue } = each;
  const within = unit === 'share' ? percentRange(interval) : range(interval);
  return [print(each, estimate), within, String(n), pValue === undefined ? '' : probability(pValue)];
}

function paperOf(each: ProbeEstimate | undefined): string {
  return each?.paper === undefined ? '' : print(each, each.paper);
}

function print({ unit }: Pick<ProbeEstimate, 'unit'>, value: number | null): string {
  return unit === 'share' ? percent(value) : number(value);
}
