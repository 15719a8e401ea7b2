import { components, normalisation, size, type ClosedForm } from './models.ts';

/** What is attacked and how, in plain numbers; pixels are rounded to float32 after each step, everything else is float64. */
export interface PlainAttack {
  readonly model: ClosedForm;
  readonly origin: readonly number[];
  /** `[H, W]`. */
  readonly mask: readonly number[];
  readonly kind: 'targeted' | 'untargeted';
  readonly goal: number;
  readonly epsilon: number;
  readonly norm: 'linf' | 'l2' | 'l1';
  readonly direction: 'sign' | 'l2' | 'l1';
  readonly sparsity: number;
  readonly objective: 'cross-entropy' | 'margin' | 'dlr';
  readonly confidence: number;
  readonly sizes: readonly number[];
  readonly momentum: number;
}

export interface PlainLook {
  readonly pixels: readonly number[];
  readonly logits: readonly number[];
  readonly probabilities: readonly number[];
  /** What grows. */
  readonly value: number;
}

/** Every look of an attack that never stops, the pixels after the last step included. */
export function plainAttack(attack: PlainAttack): readonly PlainLook[] {
  const { model, origin, mask, momentum } = attack;
  const weights = origin.map((_, at) => mask[at % mask.length]!);
  const original = best(model.logits(normalised(origin)));
  let gathered = origin.map(() => 0);
  let pixels = origin;
  const looks: PlainLook[] = [];
  for (const step of [...attack.sizes, undefined]) {
    const x = normalised(pixels);
    const logits = model.logits(x);
    const { value, slope } = objectiveAt(attack, logits, original);
    looks.push({ pixels, logits, probabilities: softmax(logits), value });
    if (step === undefined) break;
    const slopes = model.slopes(x);
    const gradient = pixels.map((_, at) =>
      weights[at]! > 0
        ? slope.reduce((sum, factor, index) => sum + factor * slopes[index]![at]!, 0) / deviationOf(at)
        : 0,
    );
    const length = sum(gradient.map(Math.abs));
    gathered =
      momentum === 0
        ? gradient
        : gathered.map((before, at) =>
            Math.fround(before * Math.fround(momentum) + (length === 0 ? 0 : gradient[at]! / length)),
          );
    const along = directionOf(attack, gathered, 3 * mask.filter((weight) => weight > 0).length);
    const moved = pixels.map((pixel, at) => pixel + along[at]! * (Math.fround(step) * weights[at]!));
    const delta = projected(
      attack,
      moved.map((pixel, at) => pixel - origin[at]!),
    );
    pixels = delta.map((change, at) => Math.fround(Math.min(1, Math.max(0, origin[at]! + change))));
  }
  return looks;
}

function objectiveAt({ objective, confidence, kind, goal }: PlainAttack, z: readonly number[], original: number) {
  const unit = (index: number) => z.map((_, at) => (at === index ? 1 : 0));
  const combine = (...terms: readonly (readonly [number, readonly number[]])[]) =>
    z.map((_, at) => terms.reduce((total, [factor, vector]) => total + factor * vector[at]!, 0));
  const order = [...z.keys()].sort((left, right) => z[right]! - z[left]!);
  const other = order.find((index) => index !== goal)!;
  if (objective === 'cross-entropy') {
    const p = softmax(z);
    const value = Math.log(p[goal]!);
    return kind === 'targeted'
      ? { value, slope: combine([1, unit(goal)], [-1, p]) }
      : { value: -value, slope: combine([-1, unit(goal)], [1, p]) };
  }
  if (objective === 'margin') {
    const sign = kind === 'targeted' ? 1 : -1;
    const lead = sign * (z[goal]! - z[other]!);
    return lead < confidence
      ? { value: lead, slope: combine([sign, unit(goal)], [-sign, unit(other)]) }
      : { value: confidence, slope: z.map(() => 0) };
  }
  const [first, , third, fourth] = order as [number, number, number, number];
  const [above, aboveSlope] =
    kind === 'targeted'
      ? [z[goal]! - z[original]!, combine([1, unit(goal)], [-1, unit(original)])]
      : [z[other]! - z[goal]!, combine([1, unit(other)], [-1, unit(goal)])];
  const [below, belowSlope] =
    kind === 'targeted'
      ? [z[first]! - (z[third]! + z[fourth]!) / 2, combine([1, unit(first)], [-0.5, unit(third)], [-0.5, unit(fourth)])]
      : [z[first]! - z[third]!, combine([1, unit(first)], [-1, unit(third)])];
  return { value: above / below, slope: combine([1 / below, aboveSlope], [-above / below ** 2, belowSlope]) };
}

function directionOf({ direction, sparsity }: PlainAttack, gradient: readonly number[], free: number): number[] {
  if (direction === 'sign') return gradient.map(Math.sign);
  if (direction === 'l2') {
    const length = Math.sqrt(sum(gradient.map((value) => value ** 2)));
    return gradient.map((value) => (length === 0 ? 0 : value / length));
  }
  const kept = Math.min(free, Math.max(1, Math.round((1 - sparsity) * free)));
  const least = gradient.map(Math.abs).sort((left, right) => right - left)[Math.max(0, kept - 1)]!;
  const signs = gradient.map((value) => (Math.abs(value) >= least ? Math.sign(value) : 0));
  const count = sum(signs.map(Math.abs));
  return signs.map((value) => (count === 0 ? 0 : value / count));
}

function projected({ norm, epsilon }: PlainAttack, delta: readonly number[]): number[] {
  const radius = Math.fround(epsilon);
  if (norm === 'linf') return delta.map((value) => Math.min(radius, Math.max(-radius, value)));
  if (norm === 'l2') {
    const length = Math.sqrt(sum(delta.map((value) => value ** 2)));
    return length <= radius ? [...delta] : delta.map((value) => value * (radius / length));
  }
  if (sum(delta.map(Math.abs)) <= radius) return [...delta];
  // The threshold by bisection: the sum falls as it rises.
  let [low, high] = [0, Math.max(...delta.map(Math.abs))];
  for (let round = 0; round < 200; round += 1) {
    const middle = (low + high) / 2;
    if (sum(delta.map((value) => Math.max(0, Math.abs(value) - middle))) > radius) low = middle;
    else high = middle;
  }
  return delta.map((value) => Math.sign(value) * Math.max(0, Math.abs(value) - high));
}

export function normalised(pixels: readonly number[]): number[] {
  return pixels.map((pixel, at) => (pixel - normalisation.mean[channelOf(at)]!) / deviationOf(at));
}

function channelOf(at: number): number {
  return Math.floor((at % components) / (size.height * size.width));
}

function deviationOf(at: number): number {
  return normalisation.deviation[channelOf(at)]!;
}

export function softmax(z: readonly number[]): number[] {
  const largest = Math.max(...z);
  const exponentials = z.map((value) => Math.exp(value - largest));
  const total = sum(exponentials);
  return exponentials.map((value) => value / total);
}

export function best(z: readonly number[]): number {
  return z.indexOf(Math.max(...z));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
