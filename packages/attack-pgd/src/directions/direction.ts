import type { Expression } from '@understory/core';

/** The step of length 1 in some norm along which an objective grows, made of its gradient `[N, C, H, W]`; zero where that is. */
export interface Direction {
  /** `rank` is int64 `[N]`, the place of the last component that `keeps` keeps, from the largest on. */
  readonly along: (gradient: Expression, rank: Expression) => Expression;
  /** How many of that many components take part, for directions that leave some out. */
  readonly keeps?: (components: number) => number;
}
