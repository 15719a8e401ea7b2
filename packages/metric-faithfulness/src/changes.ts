import { flatMap, seededRandom } from '@understory/core';
import type { ImageInput, Measurement, MetricRequest, SeededRandom } from '@understory/core';
import type { Interpolation, PictureFrame, PixelRanking } from '@understory/imaging';
import { mapNotFinite, pixelRanking, pixelScores } from './pixel-scores.ts';
import { frameOf } from './samples.ts';
import type { Samples } from './samples.ts';
import type { Score } from './score.ts';
import { scorePictures } from './score-pictures.ts';
import type { Picture } from './score-pictures.ts';

/** A sample whose picture is to be changed. */
export interface Changed {
  readonly sample: number;
  /** The untouched sample in the layout of `input`. */
  readonly original: Float32Array;
  readonly input: ImageInput;
  /** The map at the size of the picture, one number a pixel. */
  readonly map: Float32Array;
  readonly ranking: PixelRanking;
  readonly frame: PictureFrame;
  /** For this seed and what the picture shows. */
  readonly random: SeededRandom;
}

/** A changed picture, and what its metric wants to know of the change afterwards; `pixels` holds until the next one is asked for. */
interface Change<Note> {
  readonly pixels: Float32Array;
  readonly note: Note;
}

export interface ChangePlan<Note> {
  readonly changesOf: (changed: Changed) => Iterable<Change<Note>>;
  /** False where the changes do not depend on the map, which may then be the same everywhere. */
  readonly readsMap?: boolean;
  readonly score: Exclude<Score, 'normalised-logit'>;
  readonly interpolation: Interpolation;
  readonly batch: number;
}

/** By how much the score falls with each change of a sample, in the order of its changes. */
export interface Drops<Note> {
  /** The score of the untouched picture. */
  readonly whole: number;
  readonly drops: readonly number[];
  readonly notes: readonly Note[];
}

/** The score of each sample under all its changes, and what `measure` makes of it; pictures of all samples share batches. */
export async function measureChanges<Note>(
  request: MetricRequest,
  samples: Samples,
  { changesOf, readsMap = true, ...plan }: ChangePlan<Note>,
  measure: (found: Drops<Note>) => Measurement,
): Promise<readonly Measurement[]> {
  const { input } = samples;
  const notes: Note[][] = request.maps.map(() => []);
  const reasons = request.maps.map((map) => {
    const ranking = pixelRanking(map, input, plan.interpolation);
    return ranking === undefined ? mapNotFinite : readsMap && ranking.isFlat ? flatMap : undefined;
  });

  function* pictures(): Generator<Picture> {
    for (const [sample, map] of request.maps.entries()) {
      if (reasons[sample] !== undefined) continue;
      const original = samples.pixelsOf(sample);
      const frame = frameOf(original, input);
      const changed: Changed = {
        ...{ sample, original, input, frame },
        map: pixelScores(map, input, plan.interpolation)!,
        ranking: pixelRanking(map, input, plan.interpolation)!,
        random: seededRandom(request.seed).fork(frame.key),
      };
      yield { sample, pixels: original };
      for (const { pixels, note } of changesOf(changed)) {
        notes[sample]!.push(note);
        yield { sample, pixels };
      }
    }
  }

  const scores = await scorePictures(request, samples, pictures(), plan);
  let at = 0;
  return notes.map((own, sample): Measurement => {
    const reason = reasons[sample];
    if (reason !== undefined) return { value: undefined, reason };
    const [whole = NaN, ...others] = scores.slice(at, (at += own.length + 1));
    if (![whole, ...others].every(Number.isFinite)) {
      return { value: undefined, reason: 'the model gives values that are not finite' };
    }
    return measure({ whole, drops: others.map((score) => whole - score), notes: own });
  });
}

/** The sum of a map over some places. */
export function sumOver(map: Float32Array, places: Iterable<number>): number {
  let sum = 0;
  for (const place of places) sum += map[place]!;
  return sum;
}
