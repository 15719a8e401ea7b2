import type { Curve } from '@understory/core';

/** The area under a curve by the trapezoid rule over its own x, so that a curve stuck at 1 gives the range of x. */
export function areaUnder({ x, y }: Curve): number {
  let area = 0;
  for (let at = 1; at < x.length; at += 1) area += ((x[at]! - x[at - 1]!) * (y[at]! + y[at - 1]!)) / 2;
  return area;
}
