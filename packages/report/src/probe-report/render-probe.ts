import {
  isDiagnosed,
  type ProbeChart,
  type ProbeExample,
  type ProbeSummary,
  type UnderstoryError,
} from '@understory/core';
import { reportErrors } from '../errors.ts';
import { besideThePaperFigure } from '../figures/beside-the-paper.ts';
import type { Figure } from '../figures/figure.ts';
import { pictureGrid, type PictureRow } from '../figures/picture-grid.ts';
import { probeChartFigure } from '../figures/probe-chart.ts';
import { probeCurveFigure } from '../figures/probe-curve.ts';
import type { ProbeRecord } from '@understory/studies';
import { capitalised, number, percent, probePicturePath } from '@understory/studies/results';
import type { ImageCodec } from '@understory/imaging';
import { readPicture } from '../read-picture.ts';
import { readSummary } from '../read-summary.ts';
import type { RenderedReport, ReportedRun, ReportOptions } from '../reported-run.ts';
import type { Drawing } from '../examples.ts';
import { headline, page } from './page.ts';

export type ProbeRun = ReportedRun<ProbeRecord>;

/** What a probe found: the report of its run, out of the summary in its folder. */
export async function renderProbe(
  run: ProbeRun,
  { codec }: Pick<ReportOptions, 'codec'>,
): Promise<RenderedReport<ProbeSummary | null>> {
  const problems = [...(run.damage ?? [])];
  const path = `${run.name}/summary.json`;
  try {
    const found = await readSummary(run, ['verdict', 'estimates', 'curves', 'examples']);
    if (found !== undefined) return await drawn(run, found as unknown as ProbeSummary, codec, [...problems]);
    if (run.isComplete === true) problems.push(reportErrors.summaryNotReadable({ path, found: 'no such file' }));
  } catch (error) {
    problems.push(
      isDiagnosed(error) ? error : reportErrors.summaryNotReadable({ path, found: (error as Error).message }),
    );
  }
  return drawn(run, null, codec, problems);
}

async function drawn(
  run: ProbeRun,
  summary: ProbeSummary | null,
  codec: ImageCodec,
  problems: UnderstoryError[],
): Promise<RenderedReport<ProbeSummary | null>> {
  const sections = summary?.sections ?? [];
  const drawing = { store: run.store, codec, onProblem: (problem: UnderstoryError) => void problems.push(problem) };
  const rows = summary === null ? [] : await exampleRows(summary.examples, drawing);
  const shown = rows.length === 0 ? undefined : pictureGrid(examplesHead, rows);
  const charts = chartFigures([summary?.charts ?? [], ...sections.map((section) => section.charts)]);
  const figures = summary === null ? [] : [...curveFigures(summary), ...charts[0]!, ...paperFigures(summary)];
  const parts = await Promise.all(
    sections.map(async (section, at) => ({
      section,
      figures: charts[at + 1]!,
      examples: await exampleRows(section.examples, drawing),
    })),
  );
  const grids = parts.flatMap(({ section: { title }, examples }, at) =>
    examples.length === 0
      ? []
      : [pictureGrid({ ...examplesHead, name: `examples-${at + 2}`, title: `Examples: ${title}` }, examples)],
  );
  const images = summary?.images ?? run.done ?? 0;
  return {
    html: page({ run, summary, images, figures, examples: rows, examplesFigure: shown, parts, problems }),
    figures: [...figures, ...(shown === undefined ? [] : [shown]), ...parts.flatMap((part) => part.figures), ...grids],
    headline: headline({ run, summary, images, figures }),
    images,
    summary,
    problems,
  };
}

const examplesHead = {
  name: 'examples',
  title: 'Examples',
  caption:
    'The preprocessed image before normalisation, and its modified versions. Images are selected by result, as each title says: extremes and a random choice. Each heat map is scaled from its minimum to its maximum, so colours of two maps are not comparable.',
};

async function exampleRows(examples: readonly ProbeExample[], drawing: Drawing): Promise<readonly PictureRow[]> {
  return Promise.all(
    examples.map(async ({ item, title, pictures }) => ({
      title: `${capitalised(title)}: ${item}`,
      pictures: await Promise.all(
        pictures.map(async ({ name, caption }) => ({
          image: await readPicture(probePicturePath(item, name), drawing),
          caption,
          alt: `${item}, ${caption}`,
        })),
      ),
    })),
  );
}

/** The figures of each list of charts, their names other than those of all others. */
function chartFigures(lists: readonly (readonly ProbeChart[])[]): readonly (readonly Figure[])[] {
  const names = fileNames(lists.flat(), 'chart');
  let at = 0;
  return lists.map((charts) => charts.flatMap((chart) => probeChartFigure(names[at++]!, chart) ?? []));
}

function curveFigures({ curves }: ProbeSummary): readonly Figure[] {
  const names = fileNames(curves, 'curve');
  return curves.flatMap((curve, at) => probeCurveFigure(names[at]!, curve) ?? []);
}

/** What files of figures are called after their titles, each its own. */
function fileNames(titled: readonly { readonly title: string }[], kind: string): readonly string[] {
  const names = new Set<string>();
  return titled.map(({ title }, at) => {
    const plain = title
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '');
    const name = plain === '' || names.has(plain) ? `${kind}-${at + 1}` : plain;
    names.add(name);
    return name;
  });
}

function paperFigures({ estimates }: ProbeSummary): readonly Figure[] {
  const kinds = [
    { unit: 'share', name: 'paper-shares', axis: 'fraction of images', print: percent },
    { unit: 'number', name: 'paper-numbers', axis: 'change', print: (value: number) => number(value, 2) },
  ] as const;
  return kinds.flatMap(({ unit, name, axis, print }) => {
    const rows = estimates.flatMap(({ unit: own, title, condition, estimate, interval, paper }) =>
      own !== unit || paper === undefined || estimate === null
        ? []
        : [{ name: `${capitalised(title)}, ${condition}`, estimate, interval, paper }],
    );
    if (rows.length === 0) return [];
    const title = unit === 'share' ? 'Fractions compared with the paper' : 'Changes compared with the paper';
    return [besideThePaperFigure({ name, title, axis }, rows, print)];
  });
}
