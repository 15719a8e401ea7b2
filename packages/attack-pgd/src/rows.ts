import { elementCount, float32, tensor, type Tensor } from '@understory/core';

/** Rows of equal length one after the other, as `[rows, ...dims]`. */
export function stacked(rows: readonly Float32Array[], dims: readonly number[]): Tensor<'float32'> {
  const size = elementCount(dims);
  const data = new Float32Array(rows.length * size);
  rows.forEach((row, at) => data.set(row, at * size));
  return float32(data, [rows.length, ...dims]);
}

/** As `stacked`, without a copy where the rows lie so in memory already, as those that one run of a model made do. */
export function joined(rows: readonly Float32Array[], dims: readonly number[]): Tensor<'float32'> {
  const size = elementCount(dims);
  const [first] = rows;
  const follows = (row: Float32Array, at: number) =>
    row.buffer === first!.buffer && row.byteOffset === first!.byteOffset + at * size * row.BYTES_PER_ELEMENT;
  if (first === undefined || !rows.every(follows)) return stacked(rows, dims);
  return float32(new Float32Array(first.buffer, first.byteOffset, rows.length * size), [rows.length, ...dims]);
}

/** How many elements are no finite numbers, and the first of them. */
export function notFinite(values: Float32Array): { readonly count: number; readonly first: number | undefined } {
  let [count, first] = [0, -1];
  for (let at = 0; at < values.length; at += 1) {
    // The difference of two infinities is no number.
    if (values[at]! - values[at]! === 0) continue;
    if (count === 0) first = at;
    count += 1;
  }
  return { count, first: values[first] };
}

/** One row of a tensor as long as `dims`, a view. */
export function rowOf(data: Float32Array, at: number, rows: number): Float32Array {
  const size = data.length / rows;
  return data.subarray(at * size, (at + 1) * size);
}

/** Whole numbers as int64 `[N]`. */
export function indices(values: readonly number[]): Tensor<'int64'> {
  return tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);
}

/** The place of the largest number; of equal ones the first. */
export function placeOfLargest(row: Float32Array): number {
  let best = 0;
  for (let at = 1; at < row.length; at += 1) if (row[at]! > row[best]!) best = at;
  return best;
}
