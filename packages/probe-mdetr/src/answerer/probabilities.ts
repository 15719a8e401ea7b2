/** The softmax of a row. */
export function softmax(row: Float32Array): Float64Array {
  const largest = row.reduce((most, each) => Math.max(most, each), -Infinity);
  const powers = Float64Array.from(row, (each) => Math.exp(each - largest));
  const total = powers.reduce((sum, each) => sum + each, 0);
  return powers.map((each) => each / total);
}

/** The sigmoid of each number. */
export function sigmoid(row: Float32Array): Float64Array {
  return Float64Array.from(row, (each) => 1 / (1 + Math.exp(-each)));
}
