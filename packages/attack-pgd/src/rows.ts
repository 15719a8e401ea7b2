import { elementCount, float32, tensor, type Tensor } from '@understory/core';

/** Rows of equal length one after the other, as `[rows, ...dims]`. */
export function stacked(rows: readonly Float32Array[], dims: readonly number[]): Tensor<'float32'> {
  const size = elementCount(dims);
  const data = new Float32Array(rows.length * size);
  rows.forEach((row, at) => data.set(row, at * size));
  return float32(data, [rows.length, ...dims]);
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
