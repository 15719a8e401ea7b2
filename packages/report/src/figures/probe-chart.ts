import { dot, ruleX, ruleY, text } from '@observablehq/plot';
import { largestOf, smallestOf, type ProbeChart } from '@understory/core';
import { number, percent } from '@understory/studies/results';
import { draw, type Figure } from './figure.ts';
import { legend } from './legend.ts';
import { Palette } from './palette.ts';

const width = 760;
/** Of a mark, and between rows. */
const lane = 17;
const gap = 16;

/** Estimates without an order: a row for each thing, in it a lane for each series with its interval, and the chance of each row as a tick. */
export function probeChartFigure(name: string, { title, axis, unit, rows }: ProbeChart): Figure | undefined {
  const series = [...new Set(rows.flatMap(({ marks }) => marks.map((mark) => mark.series)))];
  if (series.length === 0) return undefined;
  const print = (value: number) => (unit === 'share' ? percent(value) : number(value));
  const palette = new Palette(series, () => false);
  const { starts, height } = placesOf(rows);
  const marks = rows.flatMap((row, at) =>
    row.marks.map(({ series: own, value, interval }, place) => ({
      ...{ own, value, y: starts[at]! + place * lane },
      low: interval?.[0] ?? value,
      high: interval?.[1] ?? value,
    })),
  );
  const chances = rows.flatMap(({ chance, marks: its }, at) =>
    chance === undefined
      ? []
      : [{ chance, y1: starts[at]! - 0.6 * lane, y2: starts[at]! + (its.length - 1) * lane + 0.6 * lane }],
  );
  const alt = `${title}, ${axis}: ${rows
    .map(
      ({ name: row, marks: its, chance }) =>
        `${row}: ${its.map((mark) => `${mark.series} ${print(mark.value)}`).join(', ')}${chance === undefined ? '' : ` (chance ${print(chance)})`}`,
    )
    .join('; ')}.`;
  const known = [0, ...marks.flatMap(({ low, high }) => [low, high]), ...chances.map(({ chance }) => chance)];
  const most = largestOf(known);
  const domain = unit === 'share' ? [0, 1] : [smallestOf(known), most];
  const isLabelled = series.length > 1;
  const entries = [
    ...(isLabelled ? series.map((each) => ({ label: each, colour: palette.colour(each), dash: '' })) : []),
    ...(chances.length === 0 ? [] : [{ label: 'chance', colour: 'var(--series-baseline)', dash: '5,4' }]),
  ];
  const { markup, room } = legend(entries, { axis: '', width });
  const left = Math.min(300, 24 + 7.2 * largestOf(rows.map(({ name: row }) => row.length)));
  const top = entries.length === 0 ? 20 : room + 26;
  const svg = draw(
    {
      ...{ width, height: top + height + 46, marginTop: top, marginBottom: 46, marginLeft: left, marginRight: 72 },
      x: {
        ...{ label: axis, labelAnchor: 'center', labelArrow: 'none', grid: true, domain, ticks: 6 },
        ...(unit === 'share' && { tickFormat: (value: number) => `${Math.round(100 * value)} %` }),
      },
      y: { type: 'linear', domain: [0, height], range: [top, top + height], axis: null },
      marks: [
        ruleX([0], { strokeOpacity: 0.5 }),
        text(rows, {
          ...{ frameAnchor: 'left', dx: -12, textAnchor: 'end' },
          y: (_: unknown, at: number) => starts[at]! + ((rows[at]!.marks.length - 1) * lane) / 2,
          text: (row: (typeof rows)[number]) => row.name,
        }),
        ruleX(chances, {
          ...{
            x: 'chance',
            y1: 'y1',
            y2: 'y2',
            stroke: 'var(--series-baseline)',
            strokeWidth: 2,
            strokeDasharray: '5,4',
          },
        }),
        ...marks.flatMap((mark) => [
          ruleY([mark], { y: 'y', x1: 'low', x2: 'high', stroke: palette.colour(mark.own), strokeWidth: 3 }),
          dot([mark], { y: 'y', x: 'value', r: 4.5, fill: palette.colour(mark.own) }),
          text([mark], {
            ...{ y: 'y', frameAnchor: 'right', dx: 12, textAnchor: 'start', fontWeight: 'bold' },
            ...{ fill: palette.colour(mark.own), text: () => print(mark.value) },
          }),
        ]),
      ],
    },
    alt,
  );
  return {
    ...{ name, title, alt },
    caption: `Estimates with their 95 % intervals over images.${chances.length === 0 ? '' : ' Grey dashes are the chance level.'}`,
    svg: svg.replace(/<\/svg>$/, `${markup}</svg>`),
  };
}

/** Where the first lane of each row lies from the top, and how high all rows are. */
function placesOf(rows: ProbeChart['rows']): { readonly starts: readonly number[]; readonly height: number } {
  const starts: number[] = [];
  let y = gap;
  for (const { marks } of rows) {
    starts.push(y);
    y += marks.length * lane + gap;
  }
  return { starts, height: y };
}
