import { flatMap, largestOf, seededRandom } from '@understory/core';
import type { MetricRequest } from '@understory/core';
import type { Interpolation, PixelRanking } from '@understory/imaging';
import { orderOfTies, randomOrders } from './order.ts';
import type { Order } from './order.ts';
import { mapNotFinite, pixelRanking } from './pixel-scores.ts';
import type { Replacements } from './replacements.ts';
import { frameOf } from './samples.ts';
import type { Samples } from './samples.ts';
import { anchorsCoincide, normaliser } from './score.ts';
import type { Score } from './score.ts';
import { scorePictures } from './score-pictures.ts';
import type { Picture } from './score-pictures.ts';
import { endOf, picturesOf } from './walk.ts';
import type { End, Walk } from './walk.ts';

export interface CurvePlan {
  readonly start: End;
  /** One curve an order, `repeats` of them where it is random. */
  readonly orders: readonly Order[];
  readonly repeats: number;
  /** How many of `pixels` are changed at each point, ascending from 0. */
  readonly counts: (pixels: number) => readonly number[];
  readonly replacementOf: Replacements;
  readonly score: Score;
  readonly interpolation: Interpolation;
  readonly batch: number;
}

/** What became of one sample. */
export interface SampleCurves {
  /** Shares of the pixels. */
  readonly x: readonly number[];
  /** The scores at `x`, a list for each order and repeat. */
  readonly curves: readonly (readonly number[])[];
  /** The scores at the ends that were asked for, before any normalisation. */
  readonly ends: Readonly<Partial<Record<End, number>>>;
  /** What became of pixels with equal scores, of an order that reads the map. */
  readonly ties?: Ties;
}

/** How far a map leaves the order of its pixels open; the open part is drawn by the seed. */
interface Ties {
  /** The share of the pixels whose score is another's too. */
  readonly tied: number;
  /** The share of the pixels that have the score at which the curve ends, where it ends among equal ones. */
  readonly tiedAtEnd: number;
}

/** A sample without curves, and why. */
export interface NoCurves {
  readonly reason: string;
}

/**
 * The perturbation curves of every sample: each place is ranked once, and pictures of all samples share batches.
 * Pixels with equal scores follow each other in an order that is drawn; a map that ranks nothing has curves of random orders alone.
 */
export async function measureCurves(
  request: MetricRequest,
  samples: Samples,
  plan: CurvePlan,
): Promise<readonly (SampleCurves | NoCurves)[]> {
  const { input } = samples;
  const pixels = input.height * input.width;
  const counts = plan.counts(pixels);
  const ends: readonly End[] = plan.score === 'normalised-logit' ? ['original', 'perturbed'] : [plan.start];
  const readsMap = plan.orders.some((order) => order !== 'random');
  const maps = request.maps.map((map) => pixelRanking(map, input, plan.interpolation));
  const isMeasured = (ranking: PixelRanking | undefined): ranking is PixelRanking =>
    ranking !== undefined && !(readsMap && ranking.isFlat);

  function* pictures(): Generator<Picture> {
    for (let sample = 0; sample < samples.count; sample += 1) {
      const ranking = maps[sample];
      if (!isMeasured(ranking)) continue;
      const original = samples.pixelsOf(sample);
      const frame = frameOf(original, input);
      const random = seededRandom(request.seed).fork(frame.key);
      const walk: Walk = {
        original,
        replacement: plan.replacementOf(original, input, request.seed),
        input,
        start: plan.start,
      };
      const ties = orderOfTies(frame, random);
      for (const end of ends) yield { sample, pixels: endOf(walk, end) };
      for (const order of plan.orders) {
        const orders = order === 'random' ? randomOrders(frame, plan.repeats, random) : [ranking.order(order, ties)];
        for (const places of orders) {
          for (const changed of picturesOf(walk, places, counts.slice(1))) yield { sample, pixels: changed };
        }
      }
    }
  }

  const scores = await scorePictures(request, samples, pictures(), plan);
  const curveCount = plan.orders.reduce((count, order) => count + (order === 'random' ? plan.repeats : 1), 0);
  let at = 0;
  const take = (length: number) => scores.slice(at, (at += length));
  return maps.map((ranking) => {
    if (ranking === undefined) return { reason: mapNotFinite };
    if (!isMeasured(ranking)) return { reason: flatMap };
    const atEnds = take(ends.length);
    const points = Array.from({ length: curveCount }, () => take(counts.length - 1));
    if (![atEnds, ...points].flat().every(Number.isFinite))
      return { reason: 'the model gives values that are not finite' };
    const raw = Object.fromEntries(ends.map((end, place) => [end, atEnds[place]!])) as SampleCurves['ends'];
    const normalise =
      plan.score === 'normalised-logit' ? normaliser(raw.original!, raw.perturbed!) : (value: number) => value;
    if (normalise === undefined) return { reason: anchorsCoincide };
    return {
      x: counts.map((count) => count / pixels),
      curves: points.map((values) => [raw[plan.start]!, ...values].map(normalise)),
      ends: raw,
      ...(readsMap && { ties: tiesOf(ranking, plan.orders, counts.at(-1)!, pixels) }),
    };
  });
}

function tiesOf(ranking: PixelRanking, orders: readonly Order[], last: number, pixels: number): Ties {
  const atEnd = orders.map((order) => (order === 'random' ? 0 : ranking.tiedAt(order, last)));
  return { tied: ranking.tied, tiedAtEnd: largestOf(atEnd) / pixels };
}
