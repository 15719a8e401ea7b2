import type { ProbeCurve, ProbeEstimate, ProbeExample, ProbeRequest, ProbeSummary } from '@understory/core';
import { meanEstimate, type MeanEstimate } from '@understory/statistics';
import { Examples, lotOf, type Candidate, type Kind } from './examples.ts';
import { pictureNames } from './keep-pictures.ts';
import {
  accuracy,
  followsPiece,
  keepsPlace,
  logitChange,
  measures,
  sameTop1,
  sizeOfChange,
  type Measure,
} from './measures.ts';
import { hasMaps, isShown } from './probe-item.ts';
import type { ShuffleRow } from './row.ts';
import { spreadOf, type Spread } from './spread.ts';
import { agreementByChance, Tally, type Condition } from './tally.ts';
import { verdictOf } from './verdict.ts';

export interface SummaryPlan {
  readonly request: ProbeRequest;
  /** The grid of examples and of the verdict. */
  readonly mainGrid: number;
  /** Whether the paper's numbers may stand beside those of the main grid. */
  readonly isThePapers: boolean;
}

interface Shown extends Candidate {
  readonly row: ShuffleRow;
}

/** What the rows of all images come to; the rows of an image follow each other. */
export async function summarise(rows: AsyncIterable<ShuffleRow>, plan: SummaryPlan): Promise<ProbeSummary> {
  const { request, mainGrid } = plan;
  const isClassifier = request.subject.subject.classes !== undefined;
  const tally = new Tally();
  const examples = new Examples<Shown>();
  let permutations: readonly boolean[] = [];
  for await (const own of byItem(rows)) {
    tally.add(own);
    permutations = own
      .filter((row) => row.control === 'shuffle' && row.grid === mainGrid)
      .map((row) => row.sameTop1 === true);
    const row = own.find((each) => isShown(each, mainGrid));
    if (row !== undefined) {
      examples.offer({ item: row.item, gain: row.logitChange, lot: lotOf(row.item, request.seed), row });
    }
  }
  const spread = spreadOf(tally.untouched.numbers);
  const found = new Estimates(tally, request.seed, spread);
  const main = tally.conditions.find(({ control, grid }) => control === 'shuffle' && grid === mainGrid);
  // Answers in words that differ may be the same decision, so words tell no chance level.
  const chance = isClassifier ? agreementByChance(tally.untouched.predicted) : undefined;
  const of = (measure: Measure) =>
    main === undefined ? { n: 0, estimate: null, interval: null } : found.of(main, measure);
  const moved = { name: tally.untouched.watched, size: of(sizeOfChange), spread };
  const parts = { grid: mainGrid, kept: of(sameTop1), permutations, chance, images: tally.images };
  return {
    images: tally.images,
    verdict: verdictOf({ ...parts, what: whatIsKept(request, isClassifier), moved }),
    estimates: estimatesOf(tally, found, plan, main),
    curves: curvesOf(tally, found, { chance, isClassifier }),
    examples: request.keep === undefined ? [] : examples.chosen().map((each) => exampleOf(each, plan)),
  };
}

function whatIsKept({ subject: { subject } }: ProbeRequest, isClassifier: boolean) {
  if (isClassifier) return { one: 'predicted class', many: 'predicted class' };
  const many = subject.agreement ?? 'answers';
  return { one: many.replace(/^(\w+)s\b/, '$1'), many };
}

async function* byItem(rows: AsyncIterable<ShuffleRow>): AsyncGenerator<readonly ShuffleRow[], void, undefined> {
  let own: ShuffleRow[] = [];
  for await (const row of rows) {
    if (own.length > 0 && own[0]!.item !== row.item) {
      yield own;
      own = [];
    }
    own.push(row);
  }
  if (own.length > 0) yield own;
}

/** Estimates, each made once. */
class Estimates {
  readonly #seed: number;
  readonly spread: Spread | undefined;
  readonly #made = new Map<Condition, Map<Measure, MeanEstimate>>();
  readonly untouched: MeanEstimate;

  constructor(tally: Tally, seed: number, spread: Spread | undefined) {
    this.#seed = seed;
    this.spread = spread;
    this.untouched = meanEstimate(tally.untouched.right, { share: true, seed });
  }

  of(condition: Condition, measure: Measure): MeanEstimate {
    const own = this.#made.get(condition) ?? new Map<Measure, MeanEstimate>();
    this.#made.set(condition, own);
    const unit = measure === sizeOfChange ? (this.spread?.deviation ?? 1) : 1;
    const values = () => (unit === 1 ? condition.of(measure) : condition.of(measure).map((value) => value / unit));
    const found = own.get(measure) ?? meanEstimate(values(), { share: measure.unit === 'share', seed: this.#seed });
    own.set(measure, found);
    return found;
  }
}

function estimatesOf(
  tally: Tally,
  found: Estimates,
  { isThePapers, request }: SummaryPlan,
  main: Condition | undefined,
): readonly ProbeEstimate[] {
  const { id, title, unit } = accuracy;
  const isClassifier = request.subject.subject.classes !== undefined;
  const untouched =
    found.untouched.n === 0 ? [] : [{ measure: id, title, condition: 'unmodified', ...found.untouched, unit }];
  // What no condition has, as accuracy without labels, is left out; what only one lacks is told.
  const measured = measures.filter(
    (measure) =>
      tally.conditions.some((each) => each.of(measure).length > 0) &&
      (measure !== sizeOfChange || found.spread !== undefined),
  );
  return [
    ...untouched,
    ...tally.conditions.flatMap((condition) =>
      measured
        .filter((measure) => condition.control !== 'seams' || measure.id !== 'map-piece-over-place')
        .map((measure): ProbeEstimate => ({
          ...{ measure: idOf(measure, isClassifier), title: titleOf(measure, isClassifier), condition: condition.name },
          ...found.of(condition, measure),
          unit: measure.unit,
          ...(isThePapers && condition === main && measure.paper !== undefined && { paper: measure.paper }),
        })),
    ),
  ];
}

function titleOf({ title, plain }: Measure, isClassifier: boolean): string {
  return isClassifier ? title : (plain?.title ?? title);
}

function idOf({ id, plain }: Measure, isClassifier: boolean): string {
  return isClassifier ? id : (plain?.id ?? id);
}

function curvesOf(
  tally: Tally,
  found: Estimates,
  { chance, isClassifier }: { readonly chance: number | undefined; readonly isClassifier: boolean },
): readonly ProbeCurve[] {
  const grids = [...new Set(tally.conditions.flatMap(({ grid }) => grid ?? []))].sort((one, other) => one - other);
  const controls = [...new Set(tally.conditions.map(({ control }) => control))];
  const points = (control: string, measure: Measure) =>
    tally.conditions
      .filter((each) => each.control === control)
      .flatMap((each) => {
        const { estimate: y, interval } = found.of(each, measure);
        if (y === null) return [];
        // What does not cut is a level, the same at every grid; its interval would cover those of the others.
        if (each.grid === null) return grids.map((x) => ({ x, y, interval: null }));
        return [{ x: each.grid, y, interval }];
      });
  const byControl = (measure: Measure) => controls.map((name) => ({ name, points: points(name, measure) }));
  const xTitle = 'patches per side';
  const { untouched } = found;
  const curves: readonly ProbeCurve[] = [
    {
      ...{ title: 'What survives the shuffle', xTitle, yTitle: `fraction that ${titleOf(sameTop1, isClassifier)}` },
      series: byControl(sameTop1),
      ...(chance !== undefined && { chance, chanceName: 'two different images' }),
    },
    {
      ...{ title: 'Accuracy', xTitle, yTitle: 'fraction classified correctly' },
      series: [
        ...byControl(accuracy),
        {
          name: 'unmodified',
          points: grids.flatMap((x) =>
            untouched.estimate === null ? [] : [{ x, y: untouched.estimate, interval: untouched.interval }],
          ),
        },
      ],
    },
    {
      xTitle,
      ...(isClassifier
        ? { title: 'Change of the logit', yTitle: 'mean change of the logit of the class predicted before' }
        : { title: 'Change of the number', yTitle: 'mean change of what was explained before' }),
      series: byControl(logitChange),
    },
    {
      ...{ title: 'Change beside the spread', xTitle, yTitle: 'mean size of the change, in spreads over images' },
      series: found.spread === undefined ? [] : byControl(sizeOfChange),
      ...(found.spread && { chance: found.spread.between, chanceName: 'two different images' }),
    },
    {
      ...{ title: 'Content or position', xTitle, yTitle: 'rank correlation with the map before' },
      series: [
        { name: 'follows content', points: points('shuffle', followsPiece) },
        { name: 'keeps position', points: points('shuffle', keepsPlace) },
      ],
    },
  ];
  return curves
    .map((curve) => ({ ...curve, series: curve.series.filter((series) => series.points.length > 0) }))
    .filter(({ series }) => series.length > 0);
}

function titleOfKind(kind: Kind, isClassifier: boolean): string {
  const number = isClassifier ? 'logit ' : '';
  return { gained: `largest ${number}increase`, lost: `largest ${number}decrease`, random: 'chosen at random' }[kind];
}

function exampleOf(
  { kind, candidate: { row } }: { kind: Kind; candidate: Shown },
  { request, mainGrid }: SummaryPlan,
): ProbeExample {
  const { labels, classes } = request.subject.subject;
  const isClassifier = classes !== undefined;
  const nameOf = (index: number | null, said = '') => (index === null ? said : (labels?.[index] ?? `class ${index}`));
  const before = row.target ?? nameOf(row.predicted);
  const after = nameOf(row.predictedAfter, row.saidAfter);
  const explainer = request.explainer?.name ?? '';
  const maps = [
    { name: pictureNames.mapBefore, caption: `${explainer} for ${before}` },
    { name: pictureNames.mapAfter, caption: `${explainer} for ${before}, shuffled` },
    {
      name: pictureNames.mapBack,
      caption: `the same, moved back (rank correlation ${signed(row.mapFollowsPiece ?? 0)})`,
    },
  ];
  return {
    item: row.item,
    title: `${titleOfKind(kind, isClassifier)} (${signed(row.logitChange)})`,
    pictures: [
      {
        name: pictureNames.before,
        caption: `${before}${isClassifier ? ', logit' : ':'} ${number(row.logitBefore)}`,
      },
      {
        name: pictureNames.after,
        caption: `${mainGrid} x ${mainGrid}: ${after}; ${isClassifier ? `logit of ${before}` : `${before}:`} ${number(row.logitAfter)}`,
      },
      ...(hasMaps(row) ? maps : []),
    ],
  };
}

function number(value: number): string {
  return value.toFixed(2).replace('-', '−');
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${number(value)}`;
}
