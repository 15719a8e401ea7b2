import type { FloatMap } from '@understory/imaging';

/** A map in which each place is the mean of a square around it, `reach` places to each side. */
export function smoothed({ data, width, height }: FloatMap, reach: number): FloatMap {
  const across = new Float32Array(data.length);
  const both = new Float32Array(data.length);
  meanAlong(data, across, { length: width, count: height, step: 1, stride: width, reach });
  meanAlong(across, both, { length: height, count: width, step: width, stride: 1, reach });
  return { data: both, width, height };
}

interface Lines {
  /** Of a line, in places. */
  readonly length: number;
  readonly count: number;
  /** From a place of a line to the next. */
  readonly step: number;
  /** From a line to the next. */
  readonly stride: number;
  readonly reach: number;
}

function meanAlong(from: Float32Array, to: Float32Array, { length, count, step, stride, reach }: Lines): void {
  for (let line = 0; line < count; line += 1) {
    const start = line * stride;
    let sum = 0;
    let held = 0;
    for (let at = -reach; at < length; at += 1) {
      if (at + reach < length) {
        sum += from[start + (at + reach) * step]!;
        held += 1;
      }
      if (at - reach - 1 >= 0) {
        sum -= from[start + (at - reach - 1) * step]!;
        held -= 1;
      }
      if (at >= 0) to[start + at * step] = sum / held;
    }
  }
}
