/** How far a run is. */
export interface Progress {
  /** Items with rows, those of earlier processes included. */
  readonly done: number;
  /** Items that failed, those of earlier processes included unless they are tried again. */
  readonly failed: number;
  /** How many of both were there when this process began. */
  readonly resumed: number;
  /** How many items there are for this process and those before it, where that is known. */
  readonly total?: number;
  /** Items a second over the last ones; absent before the first. */
  readonly rate?: number;
  /** Seconds that are left at this rate. */
  readonly eta?: number;
}

/** Items that the rate looks back over. */
const window = 50;

/** Counts items and tells `report` after each; `now` gives milliseconds. */
export function countProgress({
  done,
  failed,
  total,
  report,
  now = () => performance.now(),
}: {
  readonly done: number;
  readonly failed: number;
  readonly total: number | undefined;
  readonly report: (progress: Progress) => void;
  readonly now?: () => number;
}): { readonly count: (kind: 'done' | 'failed') => void } {
  const counts = { done, failed };
  const resumed = done + failed;
  const times = [now()];
  const tell = () => {
    const span = times.at(-1)! - times[0]!;
    const rate = span > 0 ? { rate: ((times.length - 1) * 1000) / span } : {};
    if (total === undefined) return report({ ...counts, resumed, ...rate });
    const left = Math.max(0, total - counts.done - counts.failed);
    return report({ ...counts, resumed, total, ...rate, ...('rate' in rate ? { eta: left / rate.rate! } : {}) });
  };
  tell();
  return {
    count(kind) {
      counts[kind] += 1;
      times.push(now());
      if (times.length > window + 1) times.shift();
      tell();
    },
  };
}
