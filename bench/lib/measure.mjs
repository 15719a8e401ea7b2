/** The middle value, or the mean of the two in the middle. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

export async function seconds(work) {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
}

/**
 * Takes turns: every round runs each task once, so that a slow spell of the machine hits all of them.
 * A task returns its own seconds or is timed. Gives the seconds of each round by task.
 */
export async function interleave(tasks, { rounds, warmups = 1 }) {
  const times = Object.fromEntries(Object.keys(tasks).map((name) => [name, []]));
  for (let round = -warmups; round < rounds; round += 1) {
    for (const [name, task] of Object.entries(tasks)) {
      let own;
      const timed = await seconds(async () => (own = await task()));
      if (round >= 0) times[name].push(typeof own === 'number' ? own : timed);
    }
  }
  return times;
}

/** The median of the ratios round by round: what a drifting machine disturbs least. */
export function ratio(above, below) {
  return median(above.map((value, round) => value / below[round]));
}

export const ms = (value) => `${(value * 1000).toFixed(1)} ms`;
export const times = (value) => `${value.toFixed(2)} x`;
export const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** A table in plain text, columns aligned. */
export function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => String(cell).padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
