import { ruleY } from '@observablehq/plot';
import { largestOf, smallestOf } from '@understory/core';
import type { EvaluatedMetric, MeanCurve, MetricSummary } from '@understory/studies';
import { number } from '@understory/studies/results';
import { bandedLines, labelRoom } from './banded-lines.ts';
import { draw, type Figure } from './figure.ts';
import type { Palette } from './palette.ts';

const height = 400;

/** What a curve figure shows of each point: the mean with its standard errors, or the median with its quartiles. */
export type CurveKind = 'mean' | 'median';

/** Whether medians tell more than means: a normalised logit is a ratio, which few images with a small denominator can carry away. */
export function needsMedian({ options }: EvaluatedMetric): boolean {
  return options['score'] === 'normalised-logit';
}

/** The curve of each explainer with its band, named at its end with its value: the paper's Figure 3 over many images. */
export function curvesFigure(
  name: string,
  kind: CurveKind,
  metric: EvaluatedMetric,
  summary: MetricSummary,
  curves: ReadonlyMap<string, MeanCurve>,
  palette: Palette,
): Figure {
  const score = scoreName(metric);
  const values = new Map(
    summary.explainers.map(({ explainer, mean, quartiles }) => [explainer, kind === 'mean' ? mean : quartiles?.[1]]),
  );
  const lines = [...curves].map(([explainer, { x, y, standardError, quartiles }]) => ({
    explainer,
    label: `${explainer}  ${number(values.get(explainer))}`,
    points: x.map((place, at) => {
      const margin = 1.96 * standardError[at]!;
      const [low, middle, high] = quartiles[at]!;
      return kind === 'mean'
        ? { x: 100 * place, y: y[at]!, low: y[at]! - margin, high: y[at]! + margin }
        : { x: 100 * place, y: middle, low, high };
    }),
  }));
  const all = lines.flatMap(({ points }) => points);
  const low = Math.min(0, smallestOf(all.map((point) => point.low)));
  const high = Math.max(0, largestOf(all.map((point) => point.high)));
  const end = largestOf(all.map((point) => point.x));
  const alt = `${kind === 'mean' ? 'Mean' : 'Median'} curve of ${metric.title.toLowerCase()} for ${lines.map(({ explainer }) => explainer).join(', ')}: ${lines
    .map(({ explainer, points }) => {
      const [first, last] = [points[0]!, points.at(-1)!];
      return `${explainer} goes from ${number(first.y, 2)} to ${number(last.y, 2)}`;
    })
    .join('; ')}.`;
  const svg = draw(
    {
      height,
      marginLeft: 52,
      marginRight: labelRoom(lines.map(({ label }) => label)),
      marginBottom: 42,
      marginTop: 30,
      x: { label: `${shareName(metric)} (%)`, labelAnchor: 'center', labelArrow: 'none', domain: [0, end] },
      y: { label: score, grid: true, labelArrow: 'none', domain: [low, high] },
      marks: [
        ruleY([0], { strokeOpacity: 0.5 }),
        ...bandedLines(
          lines.map(({ explainer, label, points }) => ({ name: explainer, label, points })),
          palette,
          { end, domain: [low, high], height, held: true },
        ),
      ],
    },
    alt,
  );
  const images = largestOf([...curves.values()].map(({ n }) => n));
  return {
    name,
    title: images === 1 ? `${metric.title}: the curve` : `${metric.title}: the ${kind} curve`,
    alt,
    caption: captionText(metric, { kind, score, images }),
    svg,
  };
}

function captionText(
  metric: EvaluatedMetric,
  { kind, score, images }: { readonly kind: 'mean' | 'median'; readonly score: string; readonly images: number },
): string {
  const area = isArea(metric) ? ', the area under the curve over the fraction of pixels' : '';
  if (images === 1) return `The ${score} of one image. Beside each name stands the metric${area}.`;
  const band =
    kind === 'mean'
      ? `The mean ${score} over ${images} images; the band is the mean ± 1.96 standard errors at each point.`
      : `The median ${score} over ${images} images; the band is the interquartile range. A few images whose score hardly changes under the full perturbation can dominate the mean, but not the median.`;
  return `${band} Beside each name stands the ${kind} of the metric over images${area}.`;
}

/** Whether the value of a metric is the area under its curve: those that have a share of pixels to go to and an order to go in. */
function isArea({ id }: EvaluatedMetric): boolean {
  return id === 'deletion' || id === 'insertion';
}

const shareNames: Readonly<Record<string, string>> = {
  deletion: 'pixels changed',
  insertion: 'pixels brought back',
  road: 'pixels removed',
  monotonicity: 'pixels brought back',
  'region-perturbation': 'pixels changed',
  sanity: 'layers with random weights',
};

function shareName({ id }: EvaluatedMetric): string {
  return shareNames[id] ?? 'changed';
}

function scoreName({ id, options }: EvaluatedMetric): string {
  const named = options['score'] ?? options['similarity'];
  const score = typeof named === 'string' ? named.replaceAll('-', ' ') : id;
  if (id === 'region-perturbation') return `fall of the ${score}`;
  return options['order'] === 'combined' ? `${score}, half of least minus most important` : score;
}
