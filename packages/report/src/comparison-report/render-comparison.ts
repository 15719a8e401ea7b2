import { defaultColourMap, scalingWords, type ColourMapName } from '@understory/imaging';
import type { ComparisonRecord, ComparisonRow, ComparisonSummary, ToleranceResult } from '@understory/studies';
import { number, percent, summariseComparison } from '@understory/studies/results';
import { dumbbellsFigure } from '../figures/dumbbells.ts';
import type { Figure } from '../figures/figure.ts';
import { pictureGrid } from '../figures/picture-grid.ts';
import { readSummary } from '../read-summary.ts';
import type { RenderedReport, ReportedRun, ReportOptions } from '../reported-run.ts';
import { comparedPictures } from './compared-pictures.ts';
import { headline, page } from './page.ts';

export type ComparisonRun = ReportedRun<ComparisonRecord, ComparisonRow>;

/** Two networks side by side: the report of a comparison, as far as it is done. */
export async function renderComparison(
  run: ComparisonRun,
  { codec, colourMap = defaultColourMap }: ReportOptions,
): Promise<RenderedReport<ComparisonSummary>> {
  const { record, store, rows, damage = [] } = run;
  const problems = [...damage];
  const found = await summariseComparison(rows, {
    metrics: record.parameters.metrics,
    tolerances: {},
    seed: record.seed,
  });
  // Limits are no part of what was measured; which were declared stands in the summary of the finished run.
  // So does what the probe scores over all images.
  const stored = await readSummary(run, ['tolerances']);
  const summary: ComparisonSummary = {
    ...found,
    tolerances: (stored?.['tolerances'] as readonly ToleranceResult[] | undefined) ?? [],
    blindness: (stored?.['blindness'] as ComparisonSummary['blindness'] | undefined) ?? null,
  };
  const names = namesOf(record);
  const pictures = await comparedPictures(names, {
    ...{ store, codec, colours: colourMap, seed: record.seed },
    onProblem: (problem) => problems.push(problem),
  });
  const examples = pictures.length === 0 ? undefined : pictureGrid(examplesHead(colourMap), pictures);
  const figures = figuresOf(summary, names);
  const content = { run, summary, names, figures, pictures, examples, problems };
  return {
    html: page(content),
    figures: [...figures, ...(examples === undefined ? [] : [examples])],
    headline: headline(content),
    images: summary.images,
    summary,
    problems,
  };
}

const examplesHead = (colours: ColourMapName) => ({
  name: 'examples',
  title: 'The same images, both networks',
  caption: `What each network saw, and its heat maps for what the first one decides on. Images are chosen by the seed, those with different decisions first. Each heat map is ${scalingWords(colours)}, so colours of two maps are not comparable.`,
});

/** What the two are called where space is short: their names, told apart where these are the same. */
function namesOf({ model, parameters: { other } }: ComparisonRecord): readonly [string, string] {
  return model.name === other.name ? [`${model.name} (first)`, `${other.name} (second)`] : [model.name, other.name];
}

function figuresOf({ measures }: ComparisonSummary, names: readonly [string, string]): readonly Figure[] {
  const kinds = [
    { unit: 'share', name: 'fractions', title: 'Fractions of both networks', axis: 'fraction', print: percent },
    {
      unit: 'number',
      name: 'numbers',
      title: 'Means of both networks',
      axis: 'mean',
      print: (value: number) => number(value),
    },
  ] as const;
  return kinds.flatMap(({ unit, print, ...head }) => {
    const rows = measures.flatMap(({ unit: own, title, first, second }) =>
      own !== unit || first.mean === null || second.mean === null
        ? []
        : [{ name: title, first: first.mean, second: second.mean }],
    );
    return rows.length === 0 ? [] : [dumbbellsFigure(head, rows, names, print)];
  });
}
