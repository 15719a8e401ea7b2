/** The whole numbers from `start` up to, not including, `end`. */
export function range(start: number, end: number): readonly number[] {
  return Array.from({ length: Math.max(end - start, 0) }, (_, at) => start + at);
}
