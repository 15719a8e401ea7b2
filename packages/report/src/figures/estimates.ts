import { dot, ruleX, ruleY, text } from '@observablehq/plot';
import type { EvaluatedMetric, MetricSummary } from '@understory/studies';
import { number, type PaperAreas, range } from '@understory/studies/results';
import { draw, type Figure } from './figure.ts';
import type { Palette } from './palette.ts';

/** The mean of each explainer with its interval, and the paper's where it has one. */
export function estimatesFigure(
  name: string,
  metric: EvaluatedMetric,
  summary: MetricSummary,
  palette: Palette,
  paperAreas: PaperAreas | null,
): Figure {
  const known = summary.explainers.flatMap(({ explainer, mean, interval }) =>
    mean === null ? [] : [{ explainer, mean, low: interval?.[0] ?? mean, high: interval?.[1] ?? mean, interval }],
  );
  const paper = known.flatMap(({ explainer }) => {
    const value = paperAreas?.[explainer];
    return value === undefined ? [] : [{ explainer, value }];
  });
  const alt = `${metric.title}, mean with its 95 % interval: ${known
    .map(({ explainer, mean, interval }) => `${explainer} ${number(mean)} (${range(interval)})`)
    .join(
      ', ',
    )}${paper.length === 0 ? '' : `; the paper's: ${paper.map(({ explainer, value }) => `${explainer} ${value}`).join(', ')}`}.`;
  const svg = draw(
    {
      height: 64 + 34 * known.length,
      marginLeft: 190,
      marginRight: 96,
      marginBottom: 40,
      x: {
        label: `${metric.title.toLowerCase()}${summary.better === 'neither' ? '' : `, ${summary.better} is better`}`,
        labelAnchor: 'center',
        labelArrow: 'none',
        grid: true,
        nice: true,
        inset: 8,
      },
      y: { type: 'band', domain: known.map(({ explainer }) => explainer), label: null, tickSize: 0, padding: 0.2 },
      marks: [
        ...(known.every(({ low }) => low >= 0) ? [ruleX([0], { strokeOpacity: 0.5 })] : []),
        ...known.flatMap((each) => [
          ruleY([each], {
            y: 'explainer',
            x1: 'low',
            x2: 'high',
            stroke: palette.colour(each.explainer),
            strokeWidth: 3,
          }),
          dot([each], { y: 'explainer', x: 'mean', r: 5, fill: palette.colour(each.explainer) }),
          text([each], {
            ...{ y: 'explainer', frameAnchor: 'right', dx: 14, textAnchor: 'start', fontWeight: 'bold' },
            text: () => number(each.mean),
          }),
        ]),
        dot(paper, {
          ...{ y: 'explainer', x: 'value', r: 5, symbol: 'diamond', stroke: 'currentColor', strokeWidth: 1.6 },
          fill: 'var(--ground)',
        }),
      ],
    },
    alt,
  );
  const theirs = paper.length === 0 ? '' : " Hollow diamonds are the paper's numbers, on the paper's own network.";
  return {
    name,
    title: `${metric.title}: means`,
    alt,
    caption: `Mean over images with its 95 % ${metric.values === 'binary' ? 'Wilson' : 'bootstrap'} interval.${theirs}`,
    svg,
  };
}
