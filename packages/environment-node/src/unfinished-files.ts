type Watcher = (path: string, exists: boolean) => void;

const watchers = new Set<Watcher>();

/** Tells `watcher` before a file is begun that has not its name yet, and when it has it or is gone. */
export function watchUnfinished(watcher: Watcher): void {
  watchers.add(watcher);
}

/** Does `work`, during which the file at `path` is unfinished. */
export async function unfinished<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  for (const tell of watchers) tell(path, true);
  try {
    return await work();
  } finally {
    for (const tell of watchers) tell(path, false);
  }
}
