import { defaultColourMap } from '@understory/imaging';
import type { EvaluationRecord, EvaluationRow, EvaluationSummary } from '@understory/studies';
import { fileName, paperAreasFor, summarise } from '@understory/studies/results';
import { readExamples } from '../examples.ts';
import { curvesFigure, needsMedian } from '../figures/curves.ts';
import { distributionFigure } from '../figures/distribution.ts';
import { estimatesFigure } from '../figures/estimates.ts';
import { examplesFigure } from '../figures/examples.ts';
import type { Figure } from '../figures/figure.ts';
import { Palette } from '../figures/palette.ts';
import { headline, page } from './page.ts';
import type { RenderedReport, ReportedRun, ReportOptions } from '../reported-run.ts';

export type EvaluationRun = ReportedRun<EvaluationRecord, EvaluationRow>;

/** How faithful explanations are: the report of an evaluation. */
export async function renderEvaluation(
  { store, record, rows, failed, isComplete, missing, damage = [] }: EvaluationRun,
  { codec, colourMap = defaultColourMap }: ReportOptions,
): Promise<RenderedReport<EvaluationSummary>> {
  const { explainers, metrics } = record.parameters;
  const order = explainers.map(({ name }) => name);
  const { summary, details } = await summarise(rows, { metrics, order, seed: record.seed });
  const palette = new Palette(order);
  const problems = [...damage];
  const examples = await readExamples({
    ...{ store, codec, colours: colourMap, seed: record.seed },
    onProblem: (problem) => problems.push(problem),
  });
  const shown = examples.length === 0 ? undefined : examplesFigure('examples', examples, colourMap);

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
    headline: headline({ record, summary, palette, figures }),
    images: summary.images,
    summary,
    problems,
  };
}
