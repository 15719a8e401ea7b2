import {
  largestOf,
  smallestOf,
  type ProbeEstimate,
  type ProbeExample,
  type ProbeRequest,
  type ProbeSummary,
} from '@understory/core';
import { meanEstimate, runsOf, type Blindness, type MeanEstimate } from '@understory/statistics';
import { blindnessOf } from './blindness.ts';
import { chartsOf } from './charts.ts';
import { Examples, kinds as exampleKinds, type Candidate, type Kind } from './examples.ts';
import { controlKind, inOrder, isSpatial, spatialKinds, titleOf } from './kinds.ts';
import { pictureNames } from './keep-pictures.ts';
import { byWords, mapInBox, shown, toldApart, type Measure } from './measures.ts';
import { publishedFor } from './published.ts';
import { average } from './reading.ts';
import type { CaptionRow } from './row.ts';
import { Tally, type Condition } from './tally.ts';
import { verdictOf } from './verdict.ts';

/** What the rows of all images come to; the rows of an image follow each other. */
export async function summarise(rows: AsyncIterable<CaptionRow>, request: ProbeRequest): Promise<ProbeSummary> {
  const tally = new Tally();
  const examples = new Examples();
  for await (const own of runsOf(rows, ({ item }) => item)) {
    tally.add(own[0]!.item, own);
    for (const kind of exampleKinds) {
      const candidate = examples.of(kind, own);
      if (candidate !== undefined) examples.offer(kind, candidate);
    }
  }
  const { seed } = request;
  const found = new Map<Condition, Map<Measure, MeanEstimate>>();
  const estimateOf = (condition: Condition, measure: Measure): MeanEstimate => {
    const own = found.get(condition) ?? new Map<Measure, MeanEstimate>();
    found.set(condition, own);
    const estimate = own.get(measure) ?? meanEstimate(condition.of(measure), { share: measure.unit === 'share', seed });
    own.set(measure, estimate);
    return estimate;
  };
  const blindness = blindnessOf(tally.kinds, { seed });
  const meanOf = (measure: Measure, about: (kind: string) => boolean) => {
    const perItem = new Map<string, number[]>();
    for (const kind of tally.kinds.values()) {
      if (!about(kind.name)) continue;
      for (const [item, value] of kind.byItem(measure)) perItem.set(item, [...(perItem.get(item) ?? []), value]);
    }
    const values = [...perItem].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, each]) => average(each));
    return meanEstimate(values, { share: true, seed });
  };
  const isControl = (kind: string) => kind === controlKind;
  const isOther = (kind: string) => !isSpatial(kind) && !isControl(kind);
  return {
    images: tally.images,
    verdict: verdictOf({
      images: tally.images,
      blindness,
      places: meanOf(toldApart, isSpatial),
      byWords: meanOf(byWords, isSpatial).estimate,
      objects: meanOf(toldApart, isControl),
      others: meanOf(toldApart, isOther),
    }),
    estimates: [...blindnessEstimates(tally, blindness, seed), ...estimatesOf(tally, estimateOf, request)],
    curves: [],
    charts: chartsOf(tally, estimateOf),
    examples: request.keep === undefined ? [] : examples.chosen().map((each) => exampleOf(each, request)),
    remarks: tally.images === 0 ? [] : remarksOf(tally, estimateOf),
  };
}

/** Of all swaps of places together, and of each kind of them. */
function blindnessEstimates(tally: Tally, all: Blindness, seed: number): readonly ProbeEstimate[] {
  const asked = spatialKinds.filter((kind) => tally.kinds.has(kind));
  const estimate = (condition: string, { n, score, interval }: Blindness): ProbeEstimate => ({
    ...{ measure: 'blindness', title: 'spatial blindness', condition },
    n: score === null ? 0 : n,
    ...{ estimate: score, interval: score === null ? null : interval, unit: 'number' },
  });
  if (asked.length === 0) return [];
  return [
    estimate('all places', all),
    ...asked.map((kind) => estimate(titleOf(kind), blindnessOf(tally.kinds, { seed, about: (each) => each === kind }))),
  ];
}

function estimatesOf(
  tally: Tally,
  estimateOf: (condition: Condition, measure: Measure) => MeanEstimate,
  { names, seed }: ProbeRequest,
): readonly ProbeEstimate[] {
  const conditions = [...inOrder(tally.kinds.keys()).map((kind) => tally.kinds.get(kind)!), ...tally.parts.values()];
  return conditions.flatMap((condition) => [
    ...shown.flatMap((measure): readonly ProbeEstimate[] => {
      const found = estimateOf(condition, measure);
      if (found.n === 0) return [];
      const published = names && publishedFor({ ...names, condition: condition.name, measure: measure.id });
      const { id, title, unit } = measure;
      return [
        { measure: id, title, condition: titleOf(condition.name), ...found, unit, ...(published && { published }) },
      ];
    }),
    ...templateEstimates(condition, seed),
  ]);
}

/** The templates under which true captions are preferred least and most often. */
function templateEstimates(condition: Condition, seed: number): readonly ProbeEstimate[] {
  const estimates = condition.templates
    .map((values) => meanEstimate(values, { share: true, seed }))
    .sort((one, other) => (one.estimate ?? 0) - (other.estimate ?? 0));
  const [worst, best] = [estimates[0], estimates.at(-1)];
  if (worst === undefined || best === undefined) return [];
  const common = { condition: titleOf(condition.name), unit: 'share' } as const;
  return [
    { measure: 'worst-template', title: 'the worst template by itself', ...common, ...worst },
    { measure: 'best-template', title: 'the best template by itself', ...common, ...best },
  ];
}

/** What a reader should know of the numbers. */
function remarksOf(
  tally: Tally,
  estimateOf: (condition: Condition, measure: Measure) => MeanEstimate,
): readonly string[] {
  const conditions = inOrder(tally.kinds.keys()).map((kind) => tally.kinds.get(kind)!);
  const spreads = conditions.flatMap((condition) => {
    const means = condition.templates.filter((values) => values.length > 0).map(average);
    return means.length < 2
      ? []
      : [`${titleOf(condition.name)} ${percent(smallestOf(means))} to ${percent(largestOf(means))} (${means.length})`];
  });
  const hasMaps = conditions.some((condition) => estimateOf(condition, mapInBox).n > 0);
  return [
    'Captions count as told apart where the two pictures and the two captions are matched rightly, if another picture makes the false caption true, such as the mirror image; a liking for words cannot do that. Without such a picture they count where the true caption is preferred, and the score counts only what goes beyond the words alone on a grey picture.',
    ...(spreads.length === 0
      ? []
      : [
          `Scores are averaged over prompt templates. By single templates the true caption is preferred: ${spreads.join('; ')}.`,
        ]),
    ...(hasMaps
      ? [
          'Maps illustrate and do not decide: the maps of a model that guesses places lie on the named things too, so the share inside the box does not tell blind from sighted.',
        ]
      : []),
  ];
}

const titles: Readonly<Record<Kind, string>> = { failed: 'clear failure', succeeded: 'clear success' };

function exampleOf(
  { kind, candidate: { row, evidence } }: { readonly kind: Kind; readonly candidate: Candidate },
  { explainer }: ProbeRequest,
): ProbeExample {
  const said = (right: readonly number[], wrong: readonly number[]) =>
    `“${row.caption}” ${number(average(right))}, “${row.against}” ${number(average(wrong))}`;
  const mirror = row.onMirror === 'against';
  const turned = mirror ? [row.rightOnMirror, row.wrongOnMirror] : [row.rightOnCounterpart, row.wrongOnCounterpart];
  const [right, wrong] = turned;
  return {
    item: row.item,
    title: `${titles[kind]}, ${titleOf(row.kind)} (evidence ${signed(evidence)})`,
    pictures: [
      { name: pictureNames.image, caption: `the first is true: ${said(row.rightOnImage, row.wrongOnImage)}` },
      ...(right && wrong
        ? [
            {
              name: pictureNames.turned(row.test),
              caption: `${mirror ? 'mirror image' : 'counterpart'}, the second is true: ${said(right, wrong)}`,
            },
          ]
        : []),
      ...(explainer !== undefined && row.mapInBox !== null
        ? [{ name: pictureNames.map(row.test), caption: `${explainer.name} for “${row.caption}”` }]
        : []),
    ],
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function number(value: number): string {
  return value.toFixed(2).replace('-', '−');
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${number(value)}`;
}
