import { float32, type Prediction, type ProbeItem, type ProbeRequest, type SeededRandom } from '@understory/core';
import { disturb } from './disturb.ts';
import { lotOf, type Candidate, type Examples } from './examples.ts';
import { explain, type Explained } from './explain.ts';
import { keepPictures } from './keep-pictures.ts';
import { mapCorrelation } from './map-correlation.ts';
import { outcomeOf, type Outcome } from './outcome.ts';
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
  readonly prediction: Prediction;
  readonly explained: Explained | undefined;
}

/** The rows of one picture, a row a trial; pictures are handed to be kept where it is an example. */
export async function probeItem(
  plan: ProbePlan,
  { id, pixels, label }: ProbeItem,
  random: SeededRandom,
): Promise<readonly ShuffleRow[]> {
  const { request, mainGrid, examples } = plan;
  const { height, width } = request.classifier;
  const size = { height, width };
  const rows: ShuffleRow[] = [];
  let before: Seen | undefined;
  let shown: Seen | undefined;
  for await (const seen of look(plan, pixels.data, size, trialsOf(plan, size, random))) {
    if (before === undefined) {
      before = seen;
      continue;
    }
    rows.push(rowOf(id, label, before, seen, size));
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
  const { classifier, signal } = request;
  const forms = [undefined, ...trials];
  let about: number | undefined;
  for (let start = 0; start < forms.length; start += batch) {
    signal?.throwIfAborted();
    const part = forms.slice(start, start + batch);
    const pixels = new Float32Array(part.length * picture.length);
    part.forEach((trial, at) =>
      pixels.set(trial === undefined ? picture : disturb(picture, size, trial), at * picture.length),
    );
    const pictures = float32(pixels, [part.length, 3, size.height, size.width]);
    const predictions = await classifier.predict(pictures);
    about ??= predictions[0]!.ranking[0]!;
    signal?.throwIfAborted();
    const explained = await explain(request, pictures, about);
    for (const [at, trial] of part.entries()) {
      yield {
        trial,
        pixels: pixels.subarray(at * picture.length, (at + 1) * picture.length),
        prediction: predictions[at]!,
        explained: explained?.[at],
      };
    }
  }
}

function rowOf(item: string, label: number | undefined, before: Seen, after: Seen, size: Size): ShuffleRow {
  const about = before.prediction.ranking[0]!;
  const [first, second] = [before, after].map(({ prediction }) => outcomeOf(prediction, about)) as [Outcome, Outcome];
  const { control, grid, repeat, drawn, rearrangement } = after.trial!;
  return {
    item,
    label: label ?? null,
    predicted: about,
    ...{ control, grid, repeat, drawn, covered: covered(rearrangement, size) },
    predictedAfter: second.predicted,
    sameTop1: second.predicted === about,
    correctBefore: label === undefined ? null : label === about,
    correctAfter: label === undefined ? null : label === second.predicted,
    logitBefore: first.logit,
    logitAfter: second.logit,
    logitChange: second.logit - first.logit,
    probabilityBefore: first.probability,
    probabilityAfter: second.probability,
    probabilityChange: second.probability - first.probability,
    marginBefore: first.margin,
    marginChange: second.margin - first.margin,
    entropyBefore: first.entropy,
    entropyChange: second.entropy - first.entropy,
    ...correlationsOf(before, after, size),
  };
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
