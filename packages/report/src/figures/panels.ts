import { areaY, dot, line, ruleX, ruleY, text, type Markish, type PlotOptions } from '@observablehq/plot';
import { draw } from './figure.ts';
import { legend } from './legend.ts';

/** A line of a panel. */
export interface PanelLine {
  /** What it shares its colour with in other panels. */
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly low?: number; readonly high?: number }[];
  /** `faint` for one of many, `measured` where each point was. */
  readonly kind?: 'faint' | 'measured' | 'steps';
}

export interface Panel {
  readonly title: string;
  readonly lines: readonly PanelLine[];
}

export interface PanelsOptions {
  readonly x: PlotOptions['x'];
  readonly y: PlotOptions['y'] & { readonly label: string };
  /** Of the lines, in the order of the legend. */
  readonly names: readonly {
    readonly name: string;
    readonly label: string;
    readonly colour: string;
    readonly dash: string;
  }[];
  readonly alt: string;
}

const width = 760;
const marginLeft = 52;
const rowHeight = 190;
/** Of a row, between it and the next. */
const gapShare = 0.24;

/** Panels of the same scales side by side, each with its title, under one legend. */
export function panels(all: readonly Panel[], { x, y, names, alt }: PanelsOptions): string {
  const columns = all.length <= 4 ? Math.min(2, all.length) : 3;
  const rows = Math.ceil(all.length / columns);
  // In ems of twelve pixels, which bold letters exceed a little.
  const lineWidth = (0.8 * (width - marginLeft)) / columns / 12;
  const { markup, room } = legend(names, { axis: y.label, width });
  const seriesOf = new Map(names.map((each) => [each.name, each]));
  const marks = all.flatMap(({ title, lines }, at): Markish[] => {
    const place = { fx: () => at % columns, fy: () => Math.floor(at / columns) };
    return [
      text([title], {
        ...place,
        frameAnchor: 'top-left',
        dy: -8,
        lineAnchor: 'bottom',
        lineWidth,
        fontWeight: 'bold',
        text: (each: string) => each,
      }),
      ruleY([0], { ...place, strokeOpacity: 0.5 }),
      ...lines.flatMap(({ name, points, kind }): Markish[] => {
        const { colour = 'currentColor', dash = '' } = seriesOf.get(name) ?? {};
        const drawn = { ...place, x: 'x', y: 'y', stroke: colour };
        if (kind === 'faint') return [line(points, { ...drawn, strokeWidth: 1, strokeOpacity: 0.28 })];
        const ends = points.map((point) => ({ ...point, low: point.low ?? point.y, high: point.high ?? point.y }));
        const measured = kind === 'measured';
        return [
          ...(measured
            ? [areaY(ends, { ...place, x: 'x', y1: 'low', y2: 'high', fill: colour, fillOpacity: 0.12 })]
            : []),
          line(points, {
            ...{ ...drawn, strokeWidth: 2.2, strokeDasharray: dash, strokeLinecap: 'butt' },
            ...(kind === 'steps' && { curve: 'step-after' as const }),
          }),
          ...(measured
            ? [
                ruleX(ends, { ...place, x: 'x', y1: 'low', y2: 'high', stroke: colour, strokeOpacity: 0.7 }),
                dot(points, { ...place, x: 'x', y: 'y', r: 3, fill: colour }),
              ]
            : []),
        ];
      }),
    ];
  });
  const svg = draw(
    {
      ...{ width, marginLeft, marginRight: 16, marginBottom: 42 },
      height: room + 86 + rows * rowHeight - gapShare * rowHeight,
      marginTop: room + 44,
      fx: { axis: null, paddingInner: 0.12, domain: Array.from({ length: columns }, (_, at) => at) },
      fy: { axis: null, paddingInner: gapShare, domain: Array.from({ length: rows }, (_, at) => at) },
      x: { labelAnchor: 'center', labelArrow: 'none', ticks: 5, ...x },
      y: { grid: true, ticks: 5, ...y, label: null },
      marks,
    },
    alt,
  );
  return svg.replace(/<\/svg>$/, `${markup}</svg>`);
}
