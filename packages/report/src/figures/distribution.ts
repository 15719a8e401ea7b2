import { dot, ruleX, text, tickX } from '@observablehq/plot';
import type { EvaluatedMetric, MetricSummary } from '@understory/studies';
import { number } from '@understory/studies/results';
import { draw, type Figure } from './figure.ts';
import type { Palette } from './palette.ts';

/** Dots beyond this make a page heavy and show no more. */
const mostDots = 600;

/** The value of every image, a dot each, with the median and the quartiles. */
export function distributionFigure(
  name: string,
  metric: EvaluatedMetric,
  summary: MetricSummary,
  values: ReadonlyMap<string, readonly number[]>,
  palette: Palette,
): Figure {
  const names = summary.explainers.filter(({ n }) => n > 0).map(({ explainer }) => explainer);
  const shown = names.map((explainer) => ({ explainer, values: thinned(values.get(explainer) ?? []) }));
  const quartiles = summary.explainers.flatMap(({ explainer, quartiles: found }) =>
    found === null ? [] : [{ explainer, low: found[0], middle: found[1], high: found[2] }],
  );
  const alt = `${metric.title} of each image: ${quartiles
    .map(
      ({ explainer, low, middle, high }) =>
        `${explainer} median ${number(middle)}, half of the images from ${number(low)} to ${number(high)}`,
    )
    .join('; ')}.`;
  const svg = draw(
    {
      height: 56 + 62 * names.length,
      marginLeft: 190,
      marginRight: 96,
      marginBottom: 40,
      x: {
        label: metric.title.toLowerCase(),
        labelAnchor: 'center',
        labelArrow: 'none',
        grid: true,
        nice: true,
        inset: 8,
      },
      y: { axis: null, domain: [-1, 1] },
      fy: { domain: names, label: null, padding: 0.15, axis: 'left' },
      marks: [
        ruleX([0], { strokeOpacity: 0.3 }),
        ...shown.map(({ explainer, values: dots }) =>
          dot(
            dots.map((value, at) => ({ explainer, value, level: level(at) })),
            { fy: 'explainer', x: 'value', y: 'level', r: 2.4, fill: palette.colour(explainer), fillOpacity: 0.45 },
          ),
        ),
        tickX(quartiles, { fy: 'explainer', x: 'low', stroke: 'currentColor', strokeDasharray: '3,3' }),
        tickX(quartiles, { fy: 'explainer', x: 'middle', stroke: 'currentColor', strokeWidth: 2.5 }),
        tickX(quartiles, { fy: 'explainer', x: 'high', stroke: 'currentColor', strokeDasharray: '3,3' }),
        text(quartiles, {
          ...{ fy: 'explainer', frameAnchor: 'right', dx: 14, textAnchor: 'start', fontWeight: 'bold' },
          text: ({ middle }: { middle: number }) => number(middle),
        }),
      ],
    },
    alt,
  );
  const left = shown.some(({ explainer, values: dots }) => dots.length < (values.get(explainer)?.length ?? 0));
  return {
    name,
    title: `${metric.title}: every image`,
    alt,
    caption: `A dot for each image${left ? ` (${mostDots} of them, evenly spaced in the data set)` : ''}; the thick line and the number are the median, the dashed lines the quartiles. The vertical position is arbitrary.`,
    svg,
  };
}

/** Spreads dots over the height in a way that looks random and is the same every time. */
function level(at: number): number {
  return 1.6 * ((at * 0.618033988749895) % 1) - 0.8;
}

function thinned(values: readonly number[]): readonly number[] {
  if (values.length <= mostDots) return values;
  return Array.from({ length: mostDots }, (_, at) => values[Math.floor((at * values.length) / mostDots)]!);
}
