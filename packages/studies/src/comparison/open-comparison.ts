import { seededRandom, type SeededRandom, type UnderstoryError } from '@understory/core';
import { classLabels } from '../common/class-labels.ts';
import { datasetRecord, experimentRecord } from '../common/experiment-record.ts';
import { inSentence } from '../common/numbers.ts';
import { modelRecord, type ModelRecord } from '../common/record.ts';
import { runNotes, setupNotes } from '../common/run-notes.ts';
import type { ChosenImage, ChosenImages, Environment, FoundModel, LabelIndex } from '../environment.ts';
import { studyErrors } from '../errors.ts';
import type { EvaluationTarget } from '../evaluation/evaluation-experiment.ts';
import { evaluationTargetOf } from '../evaluation/evaluation-target.ts';
import type { Examined, LeftOut } from '../examination/examination.ts';
import type { Examiner } from '../examination/examiner.ts';
import { openExaminer } from '../examination/open-examiner.ts';
import type { Setup } from '../setup/setup.ts';
import type { ComparisonSpec } from '../spec/study-spec.ts';
import { studyOf, type Study, type StudyOptions } from '../study.ts';
import type { ComparisonRecord, ComparisonRow } from './comparison-rows.ts';
import type { ComparisonSummary, ToleranceResult } from './comparison-summary.ts';
import { comparisonTables } from './comparison-tables.ts';
import { comparisonKeeper, type ComparedItem } from './keep-comparison.ts';
import { counterpartOf } from './counterpart.ts';
import { mapPair, type MapPair } from './map-pair.ts';
import { matchClasses, type ClassMatch } from './match-classes.ts';
import { summariseComparison } from './summarise-comparison.ts';
import { transfersOf } from './transfers.ts';

const usualProbe = 'shuffle:grid=4,permutations=3';

export type ComparisonStudy = Study<ComparisonSpec, ComparisonRow, ComparisonSummary, ComparisonRecord['parameters']>;

/** Two networks through the same studies, image by image; throws what opening either throws, and NETWORKS_DIFFER. */
export async function openComparison(
  spec: ComparisonSpec,
  environment: Environment,
  { store, signal = new AbortController().signal, onStep }: StudyOptions = {},
): Promise<ComparisonStudy> {
  const images = await environment.chooseImages(spec.images);
  const request = { environment, images, signal, onStep, explainsProbe: false, usualProbe };
  const first = await openExaminer(spec, request);
  let second: Examiner | undefined;
  const close = async () => {
    await second?.close();
    await first.close();
  };
  try {
    const { other: named, ...common } = spec;
    const changed = typeof named === 'string' ? { model: named } : named;
    const other = { ...common, ...changed, layer: changed.layer ?? spec.layer };
    const inherited = inheriting(environment, first.setup.opened.resolved);
    second = await openExaminer(other, { ...request, environment: inherited.environment });
    const networks = { first, second };
    const match = matchClasses(first.setup.subject, second.setup.subject);
    const { seed, examples } = spec;
    const sides = sidesOf(spec, networks, { match, images });
    const openKeeper = store && (() => comparisonKeeper(store, { most: examples, seed, codec: environment.codec }));
    const keep = await openKeeper?.();
    const random = seededRandom(seed);
    const experiment = {
      async rows(item: ChosenImage, own: SeededRandom): Promise<readonly ComparisonRow[]> {
        const found = await compareOn(networks, sides, item, own);
        if (found === undefined) return [];
        await keep?.(found);
        return [found.row];
      },
      summarise: (rows: AsyncIterable<ComparisonRow>) =>
        summariseComparison(rows, {
          ...{ metrics: first.parts.metrics, tolerances: spec.tolerances, seed },
          probes: [(own) => networks.first.summariseProbe(own), (own) => networks.second.summariseProbe(own)],
        }),
    };
    const model = modelRecord(first.setup.opened);
    const leftOut = leftOutOf(networks);
    return {
      ...{ spec, model, close, size: images.size, items: () => images.items() },
      tables: comparisonTables(first.parts),
      ...(openKeeper && { settle: async () => void (await openKeeper()) }),
      ...(images.files && { files: images.files }),
      ...studyOf(experiment, (item) => random.fork(item)),
      record: experimentRecord<ComparisonRecord['parameters']>(first.setup, {
        ...{ seed, backends: first.setup.backends() },
        parameters: parametersOf(spec, networks, { images, match, leftOut }),
      }),
      configuration: first.setup.configurationPath ?? null,
      notes: [
        ...new Set([
          ...runNotes(first.setup, sides.first.labels.unmapped),
          ...setupNotes(second.setup),
          ...inherited.notes,
          ...notesOf(first.setup, second.setup, match),
          ...leftOut.map(({ what, reason }) => `without ${what}: ${reason}`),
        ]),
      ],
      imagesOf: ({ images: count }) => count,
      faults: ({ tolerances }) =>
        tolerances
          .filter(({ isExceeded }) => isExceeded === null)
          .map((each) => studyErrors.toleranceNotMeasured({ of: each.of, limit: limitText(each) })),
      denials: ({ tolerances }) => tolerances.filter(({ isExceeded }) => isExceeded === true).map(denial),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Networks {
  readonly first: Examiner;
  readonly second: Examiner;
}

/** How each network is asked, and how the answer of one is found in the other. */
interface Sides {
  readonly match: ClassMatch | undefined;
  readonly first: { readonly target: EvaluationTarget; readonly labels: LabelIndex };
  readonly second: { readonly target: EvaluationTarget; readonly labels: LabelIndex };
  readonly onlyCorrect: boolean;
  /** Whether places in a picture are the same for both. */
  readonly areFedAlike: boolean;
}

function sidesOf(
  spec: ComparisonSpec,
  { first, second }: Networks,
  { match, images }: { readonly match: ClassMatch | undefined; readonly images: ChosenImages },
): Sides {
  const labels = classLabels(images, first.setup.subject);
  return {
    match,
    onlyCorrect: spec.images.onlyCorrect === true,
    areFedAlike: areFedAlike(first.setup, second.setup),
    first: { target: evaluationTargetOf(spec.target, first.setup), labels },
    second: {
      // A class is found by that of the first network.
      target: match === undefined ? evaluationTargetOf(spec.target, second.setup) : { kind: 'predicted' },
      labels: {
        unmapped: [],
        indexOf(label) {
          const own = labels.indexOf(label);
          return own === undefined ? undefined : match?.toSecond(own);
        },
      },
    },
  };
}

const noSuchClass = 'the second network has no class for what is explained';
const noSuchTarget = 'the second network does not find what is explained';

/** Undefined where only images are asked for that the first network predicts right, and where there is nothing to explain. */
async function compareOn(
  { first, second }: Networks,
  { match, areFedAlike, onlyCorrect, ...asked }: Sides,
  item: ChosenImage,
  random: SeededRandom,
): Promise<ComparedItem | undefined> {
  const ours = await first.examine(item, random, { ...asked.first, onlyCorrect });
  if (ours === undefined) return undefined;
  const { target, predicted } = ours.examination;
  const index = target === null ? undefined : match?.toSecond(target);
  const counterpart =
    match === undefined && asked.second.target.kind === 'predicted'
      ? counterpartOf(ours.target, areFedAlike)
      : undefined;
  const own = index === undefined ? (counterpart?.target ?? asked.second.target) : ({ kind: 'class', index } as const);
  const theirs = await second.examine(item, random, { ...asked.second, target: own, onlyCorrect: false });
  if (theirs === undefined) return undefined;
  const isWithout = match !== undefined ? index === undefined : counterpart?.isFound() === false;
  const reason = isWithout ? (match === undefined ? noSuchTarget : noSuchClass) : null;
  const same =
    match === undefined
      ? first.setup.subject.agrees(ours.answer, theirs.answer)
      : predicted !== null && match.toSecond(predicted) === theirs.examination.predicted;
  const { predicted: said, predictedLabel } = theirs.examination;
  const label = predictedLabel ?? (said === null ? null : (first.setup.subject.labels?.[said] ?? null));
  return {
    ...{ first: ours, second: theirs },
    row: {
      ...{ item: item.id, label: item.item.label ?? null, same, reason },
      first: withoutCurves(ours.examination),
      second: { ...withoutCurves(theirs.examination), predictedLabel: label },
      maps: reason === null ? pairsOf(ours, theirs) : [],
      transfers: [
        ...(await transfersOf('first', ours, { examined: theirs, examiner: second })),
        ...(await transfersOf('second', theirs, { examined: ours, examiner: first })),
      ],
      missing: [
        ...ours.failures.map((each) => ({ ...each, network: 'first' as const })),
        ...theirs.failures.map((each) => ({ ...each, network: 'second' as const })),
      ],
    },
  };
}

/** Of two networks numbers are compared, not curves. */
function withoutCurves(examination: Examined['examination']): Examined['examination'] {
  return {
    ...examination,
    measurements: examination.measurements.map((row) => ({ ...row, curve: null, details: null })),
    attacks: examination.attacks.map((row) => ({ ...row, trajectory: null })),
  };
}

function pairsOf(ours: Examined, theirs: Examined): readonly MapPair[] {
  return ours.maps.flatMap(({ explainer, map }) => {
    const other = theirs.maps.find((each) => each.explainer === explainer)?.map;
    return other === undefined || ![map, other].every(({ data }) => data.every(Number.isFinite))
      ? []
      : [mapPair(explainer, map, other)];
  });
}

/** A file that says nothing of its preprocessing is fed as the first network is: a changed copy often lies by itself. */
function inheriting(environment: Environment, { preprocessing }: FoundModel) {
  const notes: string[] = [];
  return {
    notes,
    environment: {
      ...environment,
      async findModel(name: string): Promise<FoundModel> {
        const found = await environment.findModel(name);
        if (found.preprocessing !== undefined || preprocessing === undefined) return found;
        notes.push(`${found.name} says nothing of its preprocessing: that of the first network is taken`);
        return { ...found, preprocessing };
      },
    },
  };
}

function leftOutOf({ first, second }: Networks): readonly LeftOut[] {
  const named = (of: string, each: LeftOut) => ({ ...each, what: `${each.what} (${of} network)` });
  return [...first.leftOut.map((each) => named('first', each)), ...second.leftOut.map((each) => named('second', each))];
}

function areFedAlike(first: Setup, second: Setup): boolean {
  return JSON.stringify(first.preprocessing.preprocessing) === JSON.stringify(second.preprocessing.preprocessing);
}

function notesOf(first: Setup, second: Setup, match: ClassMatch | undefined): readonly string[] {
  const isAlike = areFedAlike(first, second);
  const isPart = match !== undefined && match.counts.some((count) => count !== match.shared);
  return [
    ...(isAlike ? [] : ['the two networks prepare pictures differently, so that maps may be of different crops']),
    ...(match?.by === 'indices' && (first.subject.labels ?? second.subject.labels) !== undefined
      ? ['one of the networks has no labels: classes are matched by their index']
      : []),
    ...(isPart ? [`the networks have ${match.shared} classes in common, of ${match.counts.join(' and ')}`] : []),
  ];
}

function parametersOf(
  spec: ComparisonSpec,
  { first, second }: Networks,
  {
    images,
    match,
    leftOut,
  }: { readonly images: ChosenImages; readonly match: ClassMatch | undefined; readonly leftOut: readonly LeftOut[] },
): ComparisonRecord['parameters'] {
  const { target, layer } = spec;
  return {
    kind: 'comparison',
    dataset: datasetRecord(images.record, spec.images, images.ids),
    other: {
      ...withoutPath(modelRecord(second.setup.opened)),
      preprocessing: second.setup.preprocessing.preprocessing,
    },
    classes: match === undefined ? null : { by: match.by, shared: match.shared, counts: match.counts },
    ...first.parts,
    ...{ target, layer, leftOut },
    layers: [first, second].map(({ setup }) => setup.explainers.map((each) => each.layer ?? null)),
  };
}

/** A run may go on where the file lies elsewhere. */
function withoutPath({ path: _, ...record }: ModelRecord): Omit<ModelRecord, 'path'> {
  return record;
}

function limitText({ name, limit }: ToleranceResult): string {
  return `${name.startsWith('max') ? 'at most' : 'at least'} ${inSentence(limit)}`;
}

function denial(result: ToleranceResult): UnderstoryError {
  const { of, value, interval, isCertain } = result;
  const span = interval === null ? '' : `, 95 % interval ${inSentence(interval[0])} to ${inSentence(interval[1])}`;
  const doubt = isCertain ? '' : ', which does not rule out that the limit is kept';
  return studyErrors.toleranceExceeded({
    of,
    found: `${inSentence(value!)}${span}${interval === null ? '' : doubt}`,
    limit: limitText(result),
  });
}
