import { defaultColourMap, scalingWords, type ColourMapName } from '@understory/imaging';
import type { DiagnosisRecord, DiagnosisRow, DiagnosisSummary, EvaluationRow } from '@understory/studies';
import { fileName, summarise } from '@understory/studies/results';
import { reportErrors } from '../errors.ts';
import { curvesFigure, needsMedian } from '../figures/curves.ts';
import type { Figure } from '../figures/figure.ts';
import { Palette } from '../figures/palette.ts';
import { pictureGrid } from '../figures/picture-grid.ts';
import { readSummary } from '../read-summary.ts';
import type { RenderedReport, ReportedRun, ReportOptions } from '../reported-run.ts';
import { diagnosedPictures } from './diagnosed-pictures.ts';
import { headline, page } from './page.ts';

export type DiagnosisRun = ReportedRun<DiagnosisRecord, DiagnosisRow>;

/** One page about one image, or about many: the report of a diagnosis. */
export async function renderDiagnosis(
  run: DiagnosisRun,
  { codec, colourMap = defaultColourMap }: ReportOptions,
): Promise<RenderedReport<DiagnosisSummary | null>> {
  const { record, store, damage = [] } = run;
  const problems = [...damage];
  const stored = await readSummary(run, ['prediction', 'agreement', 'evaluation', 'fooling', 'verdicts']);
  const summary = (stored as unknown as DiagnosisSummary | undefined) ?? null;
  if (summary === null && run.isComplete === true) {
    problems.push(reportErrors.summaryNotReadable({ path: `${run.name}/summary.json`, found: 'no such file' }));
  }
  const palette = new Palette(record.parameters.explainers.map(({ name }) => name));
  const pictures = await diagnosedPictures({
    ...{ store, codec, colours: colourMap, seed: record.seed },
    onProblem: (problem) => problems.push(problem),
  });
  const shown = pictures.flatMap(({ maps, disturbed, attacks }) => [
    maps,
    ...(disturbed ? [disturbed] : []),
    ...attacks,
  ]);
  const grid = shown.length === 0 ? undefined : pictureGrid(picturesHead(colourMap), shown);
  const figures = await curvesOf(run, palette);
  const images = summary?.images ?? run.done ?? 0;
  const content = { run, summary, images, figures, pictures, palette, problems, colours: colourMap };
  return {
    html: page(content),
    figures: [...figures, ...(grid === undefined ? [] : [grid])],
    headline: headline(content),
    ...{ images, summary, problems },
  };
}

const picturesHead = (colours: ColourMapName) => ({
  name: 'pictures',
  title: 'Pictures',
  caption: `What the network saw, before normalisation. Each heat map is ${scalingWords(colours)}, so colours of two maps are not comparable.`,
});

/** The curves of each metric that has some, averaged over images. */
async function curvesOf({ record, rows }: DiagnosisRun, palette: Palette): Promise<readonly Figure[]> {
  const { explainers, metrics } = record.parameters;
  const order = explainers.map(({ name }) => name);
  const { summary, details } = await summarise(measurements(rows), { metrics, order, seed: record.seed });
  return metrics.flatMap((metric) => {
    const found = summary.metrics.find((each) => each.metric === metric.name);
    const curves = details.curves.get(metric.name);
    // The stages of a cascade of re-initialised weights are no curve of removed pixels.
    if (found === undefined || curves === undefined || curves.size === 0 || metric.id === 'sanity') return [];
    const kind = needsMedian(metric) ? 'median' : 'mean';
    return [curvesFigure(`${fileName(metric.name)}.curve`, kind, metric, found, curves, palette)];
  });
}

async function* measurements(rows: DiagnosisRun['rows']): AsyncGenerator<EvaluationRow> {
  for await (const { measurements: own } of rows) yield* own;
}
