import { seededRandom, type SeededRandom } from '@understory/core';
import { normalCdf, normalQuantile } from './normal-distribution.ts';
import { interpolated } from './quantile.ts';
import { tQuantile } from './t-distribution.ts';

export interface BootstrapRequest {
  readonly method: 'bca' | 'percentile';
  readonly level: number;
  readonly resamples: number;
  readonly seed: number | string;
}

/**
 * The bootstrap interval of the mean of a sample that is not constant, relative to that mean and in the same units.
 * `deviations` are the sample's deviations from its mean in units of its standard deviation and in ascending order, so that
 * neither order nor shift nor scale can matter.
 * BCa is Efron 1987, equations 2.3 and 6.6; both methods are expanded for small samples as in Hesterberg 2015.
 */
export function bootstrapInterval(deviations: Float64Array, request: BootstrapRequest): readonly [number, number] {
  const means = resampledMeans(deviations, request);
  const outermost = expandedQuantile((1 - request.level) / 2, deviations.length);
  const share = request.method === 'bca' ? correctedShare(deviations, means) : normalCdf;
  return [orderStatistic(means, share(outermost)), orderStatistic(means, share(-outermost))];
}

/** In ascending order. */
function resampledMeans(deviations: Float64Array, { resamples, seed }: BootstrapRequest): Float64Array {
  const size = deviations.length;
  const drawsOf = drawing(size, resamples, seed);
  const mean = (_: unknown, resample: number) => {
    const draws = drawsOf(resample);
    let sum = 0;
    for (let draw = 0; draw < size; draw += 1) sum += deviations[draws[draw]!]!;
    return sum / size;
  };
  return Float64Array.from({ length: resamples }, mean).sort();
}

/** Draws by what decides about them. A table has many samples of few sizes, and nothing else about a sample matters. */
const kept = new Map<string, Uint32Array>();
let keptDraws = 0;

/** As many draws as are kept: 16 MB. */
const mostKept = 2 ** 22;

/** Which places of a sample of that size each resample has; resamples are asked for in order. */
function drawing(size: number, resamples: number, seed: number | string): (resample: number) => Uint32Array {
  const of = JSON.stringify([size, resamples, String(seed)]);
  let draws = kept.get(of);
  if (draws === undefined) {
    const random = seededRandom(seed).fork('bootstrap');
    if (size * resamples > mostKept) {
      return () => drawn(random, { size, count: size });
    }
    draws = drawn(random, { size, count: size * resamples });
    if (keptDraws + draws.length > mostKept) {
      kept.clear();
      keptDraws = 0;
    }
    kept.set(of, draws);
    keptDraws += draws.length;
  }
  return (resample) => draws.subarray(resample * size, (resample + 1) * size);
}

function drawn(random: SeededRandom, { size, count }: { readonly size: number; readonly count: number }): Uint32Array {
  const places = new Uint32Array(count);
  for (let draw = 0; draw < count; draw += 1) places[draw] = random.integer(size);
  return places;
}

/** The order statistic at a share of an ascending list, interpolated: position share x (count + 1), counted from 1. */
function orderStatistic(sorted: Float64Array, share: number): number {
  return interpolated(sorted, share * (sorted.length + 1) - 1);
}

/** Means that are zero on paper, as many are in samples with few distinct values, differ from it by less. */
const rounding = 1e-9;

/** From a normal quantile to the share of the resamples below, corrected for median bias and for skewness. */
function correctedShare(deviations: Float64Array, means: Float64Array): (quantile: number) => number {
  const below = means.reduce((count, mean) => count + (mean < -rounding ? 1 : mean <= rounding ? 0.5 : 0), 0);
  // Held off the ends, where the correction would be infinite.
  const bias = normalQuantile(Math.min(Math.max(below, 0.5), means.length - 0.5) / means.length);
  const acceleration = sumOfPowers(deviations, 3) / (6 * sumOfPowers(deviations, 2) ** 1.5);
  return (quantile) => {
    const shifted = bias + quantile;
    const damping = 1 - acceleration * shifted;
    // Beyond the pole of the formula the share has reached the end on that side.
    if (damping <= 0) return shifted > 0 ? 1 : 0;
    return normalCdf(bias + shifted / damping);
  };
}

/**
 * The normal quantile moved outwards until the interval of a normal sample is as wide as Student's:
 * resampled means vary with divisor n, and the spread is itself estimated.
 */
function expandedQuantile(tail: number, size: number): number {
  return Math.sqrt(size / (size - 1)) * tQuantile(tail, size - 1);
}

function sumOfPowers(values: Float64Array, power: number): number {
  return values.reduce((sum, value) => sum + value ** power, 0);
}
