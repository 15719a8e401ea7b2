/** Where each output place reads between two input places: `low * (1 - share) + high * share`. */
export interface Taps {
  readonly low: Int32Array;
  readonly high: Int32Array;
  readonly share: Float64Array;
}

/** The taps that stretch `inputLength` places to `outputLength`, with half-pixel centres; the outer halves repeat the edge. */
export function bilinearTaps(inputLength: number, outputLength: number): Taps {
  const last = inputLength - 1;
  const low = new Int32Array(outputLength);
  const high = new Int32Array(outputLength);
  const share = new Float64Array(outputLength);
  for (let at = 0; at < outputLength; at += 1) {
    const position = ((2 * at + 1) * inputLength) / (2 * outputLength) - 0.5;
    const base = Math.floor(position);
    low[at] = Math.max(base, 0);
    high[at] = Math.min(base + 1, last);
    share[at] = position - base;
  }
  return { low, high, share };
}

export interface Stretch {
  readonly rows: Taps;
  readonly columns: Taps;
  /** The part of the stretched grid that is asked for. */
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** Writes `[height, width]` of a grid, `width` places a row, stretched by taps in both directions. */
export function stretch(
  grid: ArrayLike<number>,
  gridWidth: number,
  into: Float32Array,
  { rows, columns, ...part }: Stretch,
): void {
  const { top, left, height, width } = part;
  const upper = new Float64Array(width);
  const lower = new Float64Array(width);
  const along = (row: number, stretched: Float64Array) => {
    const first = row * gridWidth;
    for (let x = 0; x < width; x += 1) {
      const from = grid[first + columns.low[left + x]!]!;
      const to = grid[first + columns.high[left + x]!]!;
      stretched[x] = from + columns.share[left + x]! * (to - from);
    }
  };
  for (let y = 0; y < height; y += 1) {
    // Many rows lie between the same two of the grid.
    if (y === 0 || rows.low[top + y] !== rows.low[top + y - 1]) along(rows.low[top + y]!, upper);
    if (y === 0 || rows.high[top + y] !== rows.high[top + y - 1]) along(rows.high[top + y]!, lower);
    const down = rows.share[top + y]!;
    for (let x = 0; x < width; x += 1) into[y * width + x] = upper[x]! + down * (lower[x]! - upper[x]!);
  }
}
