import { float32 } from '@understory/core';
import type { MetricRequest, Model } from '@understory/core';

/** One picture `[channels, height, width]` and how its class is read. */
export interface Subject {
  readonly model: Model;
  readonly input: string;
  readonly output: string;
  readonly target: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly pixels: Float32Array;
}

export interface PlainPlan {
  readonly start: 'original' | 'perturbed';
  /** All pixels replaced. */
  readonly perturbed: Float32Array;
  readonly score: 'normalised-logit' | 'logit' | 'probability';
  /** Places from the first to be changed to the last. */
  readonly order: readonly number[];
  readonly fraction: number;
  readonly steps: number;
}

/** A curve and its area from the definitions: every picture is made from scratch and runs alone. */
export async function plainCurve(subject: Subject, plan: PlainPlan) {
  const { height, width, channels, pixels } = subject;
  const count = height * width;
  const total = Math.floor(plan.fraction * count);
  const size = Math.ceil(total / plan.steps);
  const [from, to] = plan.start === 'original' ? [pixels, plan.perturbed] : [plan.perturbed, pixels];

  const x: number[] = [];
  const scores: number[] = [];
  for (let changed = 0; ; changed = Math.min(changed + size, total)) {
    const first = new Set(plan.order.slice(0, changed));
    const picture = Float32Array.from(from);
    for (let channel = 0; channel < channels; channel += 1) {
      for (let place = 0; place < count; place += 1) {
        if (first.has(place)) picture[channel * count + place] = to[channel * count + place]!;
      }
    }
    x.push(changed / count);
    scores.push(await plainScore(subject, picture, plan.score));
    if (changed === total) break;
  }
  let y = scores;
  if (plan.score === 'normalised-logit') {
    const initial = await plainScore(subject, pixels, 'logit');
    const final = await plainScore(subject, plan.perturbed, 'logit');
    y = scores.map((score) => (score - final) / (initial - final));
  }
  let area = 0;
  for (let at = 1; at < x.length; at += 1) area += (x[at]! - x[at - 1]!) * ((y[at]! + y[at - 1]!) / 2);
  return { x, y, area };
}

export async function plainScore(subject: Subject, picture: Float32Array, score: PlainPlan['score']): Promise<number> {
  const { model, input, output, target, channels, height, width } = subject;
  const { [output]: tensor } = await model.run({ [input]: float32(picture, [1, channels, height, width]) }, [output]);
  const logits = Array.from(tensor!.data as Float32Array);
  if (score !== 'probability') return logits[target]!;
  const exponentials = logits.map((logit) => Math.exp(logit));
  return exponentials[target]! / exponentials.reduce((sum, each) => sum + each, 0);
}

/** By counting, for each place, those that come before it. */
export function plainOrder(scores: ArrayLike<number>, order: 'descending' | 'ascending'): readonly number[] {
  const values = order === 'descending' ? Array.from(scores) : Array.from(scores, (score) => -score);
  const places: number[] = [];
  values.forEach((value, place) => {
    const before = values.filter((other, at) => other > value || (other === value && at < place)).length;
    places[before] = place;
  });
  return places;
}

/** A Gaussian window over each channel in two dimensions, edges reflected. */
export function plainBlur(
  pixels: Float32Array,
  { channels, height, width }: Pick<Subject, 'channels' | 'height' | 'width'>,
  kernel: number,
  sigma: number,
): Float32Array {
  const half = (kernel - 1) / 2;
  const mirror = (place: number, length: number): number => {
    if (length === 1) return 0;
    if (place < 0) return mirror(-place, length);
    return place >= length ? mirror(2 * (length - 1) - place, length) : place;
  };
  const rows = Array.from({ length: height + 2 * half }, (_, at) => mirror(at - half, height));
  const columns = Array.from({ length: width + 2 * half }, (_, at) => mirror(at - half, width));
  const window = Array.from({ length: kernel * kernel }, (_, at) => {
    const [dy, dx] = [Math.floor(at / kernel) - half, (at % kernel) - half];
    return Math.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma));
  });
  const total = window.reduce((sum, weight) => sum + weight, 0);
  const blurred = new Float32Array(pixels.length);
  for (let channel = 0; channel < channels; channel += 1) {
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        let sum = 0;
        for (let at = 0; at < window.length; at += 1) {
          const [row, column] = [rows[y + Math.floor(at / kernel)]!, columns[x + (at % kernel)]!];
          sum += window[at]! * pixels[(channel * height + row) * width + column]!;
        }
        blurred[(channel * height + y) * width + x] = sum / total;
      }
    }
  }
  return blurred;
}

/** Replaced pixels of one channel without noise, by Gauss and Jordan's elimination on the dense system as the definition writes it. */
export function plainImputation(pixels: Float32Array, mask: Uint8Array, height: number, width: number): Float64Array {
  const values = Float64Array.from(pixels);
  const unknown = [...mask.keys()].filter((place) => mask[place] === 1);
  const rows = unknown.map((place) => {
    const row = new Float64Array(unknown.length + 1);
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const [dy, dx] = [Math.abs(y - Math.floor(place / width)), Math.abs(x - (place % width))];
        if (dy > 1 || dx > 1 || dy + dx === 0) continue;
        const weight = dy + dx === 1 ? 1 / 6 : 1 / 12;
        const other = unknown.indexOf(y * width + x);
        row[unknown.indexOf(place)]! += weight;
        if (other < 0) row[unknown.length]! += weight * pixels[y * width + x]!;
        else row[other]! -= weight;
      }
    }
    return row;
  });
  rows.forEach((pivot, at) => {
    const lead = pivot[at]!;
    for (let column = 0; column < pivot.length; column += 1) pivot[column]! /= lead;
    rows.forEach((row, other) => {
      if (other === at) return;
      const factor = row[at]!;
      for (let column = 0; column < row.length; column += 1) row[column]! -= factor * pivot[column]!;
    });
  });
  unknown.forEach((place, at) => (values[place] = rows[at]![unknown.length]!));
  return values;
}

/** The target score of one sample of a request with some of its pixels of one value in all channels, from a picture of its own. */
export async function scoreWithout(
  { model, feeds, objective }: MetricRequest,
  sample: number,
  places: readonly number[],
  value: number,
): Promise<number> {
  const { data, dims } = feeds['pixels']!;
  const [, channels = 0, height = 0, width = 0] = dims;
  const size = channels * height * width;
  const pixels = Float32Array.from((data as Float32Array).subarray(sample * size, (sample + 1) * size));
  for (const place of places) {
    for (let channel = 0; channel < channels; channel += 1) pixels[channel * height * width + place] = value;
  }
  if (objective.kind !== 'score') throw new Error(`the objective is a ${objective.kind}`);
  const { logits } = await model.run({ pixels: float32(pixels, [1, channels, height, width]) }, ['logits']);
  return (logits!.data as Float32Array)[objective.index[sample]![0]!]!;
}

/** Pearson's correlation from its definition. */
export function correlation(left: readonly number[], right: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [a, b] = [mean(left), mean(right)];
  const product = left.reduce((sum, value, at) => sum + (value - a) * (right[at]! - b), 0);
  const square = (values: readonly number[], centre: number) =>
    values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return product / Math.sqrt(square(left, a) * square(right, b));
}
