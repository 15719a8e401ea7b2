import type { StepControl } from './step-controls/step-control.ts';

/** Pixels worth keeping, and how near to the goal they are. */
export interface Found {
  readonly pixels: Float32Array;
  readonly isReached: boolean;
  /** What grows; -Infinity where it was not evaluated. */
  readonly objective: number;
}

/** Whether pixels are nearer to the goal than others: success first, then the objective. */
export function isBetter(one: Omit<Found, 'pixels'>, other: Omit<Found, 'pixels'> | undefined): boolean {
  if (other === undefined) return true;
  return one.isReached === other.isReached ? one.objective > other.objective : one.isReached;
}

/** One sample of a request with all that happened to it. */
export interface Sample {
  /** Its place in the request. */
  readonly index: number;
  readonly seed: number;
  readonly origin: Float32Array;
  /** `[H, W]`. */
  readonly mask: Float32Array;
  evaluations: number;
  updates: number;
  /** At how many evaluations the gradient was zero. */
  vanished: number;
  readonly trajectory: Readonly<Record<'probability' | 'logit' | 'originalProbability' | 'originalLogit', number[]>>;
  found: Found | undefined;
}

/** One start of one sample, under way. */
export interface Attempt {
  readonly sample: Sample;
  /** Which start of the sample it is, from 0. */
  readonly start: number;
  readonly control: StepControl;
  readonly momentum: Float32Array | undefined;
  pixels: Float32Array;
  previous: Float32Array;
  updates: number;
  best: Found | undefined;
}
