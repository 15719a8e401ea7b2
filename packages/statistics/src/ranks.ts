/** The rank of each value, counted from 1, in the order given; equal values share the mean of their ranks. */
export function ranks(values: readonly number[]): readonly number[] {
  const order = values.map((value, place) => ({ value, place })).sort((one, other) => one.value - other.value);
  const ranked = new Array<number>(values.length);
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && order[end]!.value === order[start]!.value) end += 1;
    for (const { place } of order.slice(start, end)) ranked[place] = (start + 1 + end) / 2;
  }
  return ranked;
}
