import { defaultColourMap, type ColourMapName } from '@understory/imaging';
import type { EvaluationRecord, EvaluationRow } from '@understory/studies';
import { readExamples } from '../examples.ts';
import { fileName } from '../file-name.ts';
import { curvesFigure, needsMedian } from '../figures/curves.ts';
import { distributionFigure } from '../figures/distribution.ts';
import { estimatesFigure } from '../figures/estimates.ts';
import { examplesFigure } from '../figures/examples.ts';
import type { Figure } from '../figures/figure.ts';
import { Palette } from '../figures/palette.ts';
import { paperAreasFor } from '@understory/studies';
import { page } from './page.ts';
import type { RenderedReport, ReportedRun } from '../reported-run.ts';
import { summarise, type EvaluationSummary } from '@understory/studies';

export type EvaluationRun = ReportedRun<EvaluationRecord, EvaluationRow>;

/** How faithful explanations are: the report of an evaluation. */
export async function renderEvaluation(
  { folder, record, rows, failed, isComplete, missing, damage = [] }: EvaluationRun,
  { colourMap = defaultColourMap }: { readonly colourMap?: ColourMapName } = {},
): Promise<RenderedReport<EvaluationSummary>> {
  const { explainers, metrics } = record.parameters;
  const order = explainers.map(({ name }) => name);
  const { summary, details } = await summarise(rows, { metrics, order, seed: record.seed });
  const palette = new Palette(order);
  const problems = [...damage];
  const examples = await readExamples(folder, {
    ...{ colours: colourMap, seed: record.seed },
    onProblem: (problem) => problems.push(problem),
  });
  const shown = examples.length === 0 ? undefined : examplesFigure('examples', examples);

  const figures = new Map<string, readonly Figure[]>();
  for (const found of summary.metrics) {
    const metric = metrics.find(({ name }) => name === found.metric);
    if (metric === undefined || found.explainers.every(({ n }) => n === 0)) continue;
    const name = (what: string) => `${fileName(metric.name)}.${what}`;
    const curves = details.curves.get(found.metric) ?? new Map();
    figures.set(found.metric, [
      ...(curves.size === 0 ? [] : [curvesFigure(name('curve'), 'mean', metric, found, curves, palette)]),
      ...(curves.size === 0 || !needsMedian(metric)
        ? []
        : [curvesFigure(name('curve-median'), 'median', metric, found, curves, palette)]),
      estimatesFigure(name('means'), metric, found, palette, paperAreasFor(metric, record.parameters)),
      distributionFigure(name('images'), metric, found, details.values.get(found.metric) ?? new Map(), palette),
    ]);
  }
  return {
    html: page({
      record,
      summary,
      failed,
      isComplete,
      missing,
      problems,
      examples,
      examplesFigure: shown,
      figures,
      palette,
    }),
    figures: [...(shown === undefined ? [] : [shown]), ...[...figures.values()].flat()],
    images: summary.images,
    summary,
    problems,
  };
}
