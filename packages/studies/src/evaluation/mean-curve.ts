import type { Curve } from '@understory/core';
import { quantiles } from '@understory/statistics';

/** A curve averaged over images, with the standard error of each point. */
export interface MeanCurve {
  readonly n: number;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Zero for a single curve. */
  readonly standardError: readonly number[];
  /** At each point, over the curves. */
  readonly quartiles: readonly (readonly [low: number, middle: number, high: number])[];
}

/** Averages curves as they come (Welford 1962); the first one gives the places. For the quartiles it keeps four bytes a point. */
export class CurveMean {
  #n = 0;
  #x: readonly number[] = [];
  #mean: number[] = [];
  #squares: number[] = [];
  readonly #curves: Float32Array[] = [];

  add(curve: Curve): void {
    if (this.#n === 0) {
      this.#x = curve.x;
      this.#mean = curve.x.map(() => 0);
      this.#squares = curve.x.map(() => 0);
    }
    this.#n += 1;
    const kept = new Float32Array(this.#x.length);
    this.#curves.push(kept);
    for (const [at, place] of this.#x.entries()) {
      const value = valueAt(curve, place, at);
      kept[at] = value;
      const before = value - this.#mean[at]!;
      this.#mean[at]! += before / this.#n;
      this.#squares[at]! += before * (value - this.#mean[at]!);
    }
  }

  /** Undefined where there was no curve. */
  result(): MeanCurve | undefined {
    if (this.#n === 0) return undefined;
    const n = this.#n;
    const standardError = this.#squares.map((sum) => (n < 2 ? 0 : Math.sqrt(sum / (n - 1) / n)));
    const quartiles = this.#x.map((_, at) => {
      const values = this.#curves.map((curve) => curve[at]!);
      const [low, middle, high] = quantiles(values, [0.25, 0.5, 0.75]).map(({ value }) => value!);
      return [low!, middle!, high!] as const;
    });
    return { n, x: this.#x, y: [...this.#mean], standardError, quartiles };
  }
}

/** The curve at `place`: its own point where it has one there, else on the line between its neighbours. */
function valueAt({ x, y }: Curve, place: number, likely: number): number {
  if (x[likely] === place) return y[likely]!;
  const above = x.findIndex((other) => other >= place);
  if (above === -1) return y.at(-1)!;
  if (above === 0) return y[0]!;
  const share = (place - x[above - 1]!) / (x[above]! - x[above - 1]!);
  return y[above - 1]! + share * (y[above]! - y[above - 1]!);
}
