import {
  float32,
  objectiveOf,
  objectiveValues,
  outputsOf,
  probeMaps,
  topTarget,
  type Answer,
  type ProbeItem,
  type ProbeMap,
  type ProbeRequest,
  type SeededRandom,
  type Target,
  type Tensor,
} from '@understory/core';
import { disturb } from './disturb.ts';
import { lotOf, type Candidate, type Examples } from './examples.ts';
import { keepPictures } from './keep-pictures.ts';
import { mapCorrelation } from './map-correlation.ts';
import { outcomeOfClass, type Outcome } from './outcome.ts';
import { covered, type Size } from './rearrangement.ts';
import type { ShuffleRow } from './row.ts';
import type { Trial } from './trial.ts';
import { trialsOf, type TrialOptions } from './trials-of.ts';

export interface ProbePlan extends TrialOptions {
  readonly request: ProbeRequest;
  /** Pictures that run together. */
  readonly batch: number;
  /** The grid of examples and of the verdict. */
  readonly mainGrid: number;
  readonly examples: Examples<Candidate>;
}

/** A form of the picture with what came of it. */
interface Seen {
  /** Undefined for the picture as it is. */
  readonly trial: Trial | undefined;
  readonly pixels: Float32Array;
  readonly answer: Answer;
  readonly outcome: Outcome;
  /** What is watched. */
  readonly about: Target;
  readonly explained: ProbeMap | undefined;
}

/**
 * The rows of one picture, a row a trial; none where the model says nothing of it that could be watched. Pictures are handed to be kept where
 * it is an example.
 */
export async function probeItem(
  plan: ProbePlan,
  { id, pixels, label }: ProbeItem,
  random: SeededRandom,
): Promise<readonly ShuffleRow[]> {
  const { request, mainGrid, examples } = plan;
  const { height, width } = request.subject;
  const size = { height, width };
  const rows: ShuffleRow[] = [];
  let before: Seen | undefined;
  let shown: Seen | undefined;
  for await (const seen of look(plan, pixels.data, size, trialsOf(plan, size, random))) {
    if (before === undefined) {
      before = seen;
      continue;
    }
    rows.push(rowOf({ id, label }, request, before, seen, size));
    if (isShown(seen.trial!, mainGrid)) shown = seen;
  }
  const row = rows.find((each) => isShown(each, mainGrid));
  if (request.keep !== undefined && row !== undefined && before !== undefined && shown?.trial !== undefined) {
    if (examples.offer({ item: id, gain: row.logitChange, lot: lotOf(id, request.seed) })) {
      const maps = { before: mapOf(before), after: mapOf(shown) };
      await keepPictures(request.keep, id, {
        ...{ size, rearrangement: shown.trial.rearrangement, before: before.pixels, after: shown.pixels },
        ...(hasMaps(row) && { maps: { before: maps.before!, after: maps.after! } }),
      });
    }
  }
  return rows;
}

/** Whether the maps of a row say anything, and are drawn where it is an example. */
export function hasMaps({ mapFollowsPiece }: ShuffleRow): boolean {
  return mapFollowsPiece !== null;
}

/** Whether a trial, or its row, is the one that stands for its picture: the first shuffle of the main grid. */
export function isShown({ control, grid, repeat }: Pick<Trial, 'control' | 'grid' | 'repeat'>, mainGrid: number) {
  return control === 'shuffle' && grid === mainGrid && repeat === 0;
}

/** What the model says of the picture as it is, then of each trial, and where it looked for what it said first. */
async function* look(
  { request, batch }: ProbePlan,
  picture: Float32Array,
  size: Size,
  trials: readonly Trial[],
): AsyncGenerator<Seen, void, undefined> {
  const { subject, signal } = request;
  const forms = [undefined, ...trials];
  let about: Target | undefined;
  for (let start = 0; start < forms.length; start += batch) {
    signal?.throwIfAborted();
    const part = forms.slice(start, start + batch);
    const pixels = new Float32Array(part.length * picture.length);
    part.forEach((trial, at) =>
      pixels.set(trial === undefined ? picture : disturb(picture, size, trial), at * picture.length),
    );
    const pictures = float32(pixels, [part.length, subject.channels, size.height, size.width]);
    const { answers, outcomes, target } = await ask(request, pictures, about);
    if (target === undefined) return;
    about = target;
    signal?.throwIfAborted();
    const explained = await probeMaps(request, pictures, target);
    for (const [at, trial] of part.entries()) {
      yield {
        trial,
        pixels: pixels.subarray(at * picture.length, (at + 1) * picture.length),
        answer: answers[at]!,
        outcome: outcomes[at]!,
        about: target,
        explained: explained?.[at],
      };
    }
  }
}

/** What the model says of pictures, and what that is for the target: of the first picture where there is none yet. */
async function ask(
  { subject: { subject }, subject: pixelSubject, target: asked }: ProbeRequest,
  pictures: Tensor<'float32'>,
  about: Target | undefined,
): Promise<{ answers: readonly Answer[]; outcomes: readonly Outcome[]; target: Target | undefined }> {
  const fetched = new Set([...subject.reads, ...(asked?.outputs ?? [])]);
  const outputs = await subject.model.run(pixelSubject.feeds(pictures), [...fetched]);
  const answers = subject.answersOf(outputs);
  const target =
    about ??
    (asked === undefined
      ? (topTarget(subject, answers[0]!) ?? subject.itself?.(answers[0]!))
      : asked.of(answers[0]!, outputs));
  if (target === undefined) return { answers, outcomes: [], target };
  const targets = answers.map(() => target);
  const { classIndex } = target;
  if (classIndex !== undefined && answers.every(({ classes }) => classes !== undefined)) {
    return { answers, outcomes: answers.map(({ classes }) => outcomeOfClass(classes!, classIndex)), target };
  }
  const objective = objectiveOf(targets);
  const missing = outputsOf(objective).filter((name) => !fetched.has(name));
  const more = missing.length === 0 ? {} : await subject.model.run(pixelSubject.feeds(pictures), missing);
  const all = { ...outputs, ...more };
  const values = objectiveValues(objective, all);
  const probabilities = subject.probabilities?.(targets, all);
  const outcomes = answers.map(({ classes }, at) => ({
    predicted: classes?.decision ?? null,
    logit: values[at]!,
    probability: probabilities?.[at] ?? null,
    margin: null,
    entropy: null,
  }));
  return { answers, outcomes, target };
}

function rowOf(
  { id: item, label }: { readonly id: string; readonly label: number | undefined },
  { subject: { subject } }: ProbeRequest,
  before: Seen,
  after: Seen,
  size: Size,
): ShuffleRow {
  const [first, second] = [before.outcome, after.outcome];
  const { control, grid, repeat, drawn, rearrangement } = after.trial!;
  const isKept = subject.agreement !== undefined || subject.says(before.answer, before.about) !== undefined;
  const isClassifier = first.predicted !== null;
  return {
    item,
    label: label ?? null,
    predicted: first.predicted,
    ...(!isClassifier && { said: before.answer.decision, target: before.about.label ?? before.about.words }),
    ...{ control, grid, repeat, drawn, covered: covered(rearrangement, size) },
    predictedAfter: second.predicted,
    ...(!isClassifier && { saidAfter: after.answer.decision }),
    sameTop1: isKept ? subject.agrees(before.answer, after.answer) : null,
    correctBefore: label === undefined ? null : label === first.predicted,
    correctAfter: label === undefined ? null : label === second.predicted,
    logitBefore: first.logit,
    logitAfter: second.logit,
    logitChange: second.logit - first.logit,
    probabilityBefore: first.probability,
    probabilityAfter: second.probability,
    probabilityChange: change(first.probability, second.probability),
    marginBefore: first.margin,
    marginChange: change(first.margin, second.margin),
    entropyBefore: first.entropy,
    entropyChange: change(first.entropy, second.entropy),
    ...correlationsOf(before, after, size),
  };
}

function change(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : after - before;
}

function correlationsOf(
  before: Seen,
  after: Seen,
  size: Size,
): Pick<ShuffleRow, 'mapFollowsPiece' | 'mapKeepsPlace' | 'mapReason'> {
  const [first, second] = [mapOf(before), mapOf(after)];
  if (first === undefined || second === undefined) {
    return { mapFollowsPiece: null, mapKeepsPlace: null, mapReason: reasonOf(before) ?? reasonOf(after) };
  }
  const { piece, place } = mapCorrelation(first, second, after.trial!.rearrangement, size);
  return {
    mapFollowsPiece: piece.value ?? null,
    mapKeepsPlace: place.value ?? null,
    mapReason: piece.reason ?? place.reason ?? null,
  };
}

function mapOf({ explained }: Seen) {
  return explained !== undefined && 'map' in explained ? explained.map : undefined;
}

function reasonOf({ explained }: Seen): string | null {
  return explained !== undefined && 'reason' in explained ? explained.reason : null;
}
