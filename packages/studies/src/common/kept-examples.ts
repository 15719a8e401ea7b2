import type { ArtifactStore } from '../artifact-store.ts';
import { ChosenExamples } from './chosen-examples.ts';
import { fileName } from './file-name.ts';
import { exampleFile } from './stored-examples.ts';

/** An item with what decides which examples it competes with. */
interface Candidate<Kind> {
  readonly item: string;
  readonly kind: Kind;
}

export interface KeptExamples<Kind> {
  /** How many of each kind are kept. */
  readonly most: number;
  /** Of the run. */
  readonly seed: number;
  /** What an earlier process of the same run kept. */
  readonly kept: readonly Candidate<Kind>[];
}

/**
 * Keeps the examples that the seed of a run prefers, each in a folder of its own within `examples`: `write` fills the folder that it is told, the record last.
 * One that a better one takes the place of is removed,
 * and so are those that several processes or workers kept beyond `most`, each of which knew its own alone.
 */
export async function exampleStore<Kind>(
  store: ArtifactStore,
  examples: string,
  { most, seed, kept }: KeptExamples<Kind>,
): Promise<(candidate: Candidate<Kind>, write: (folder: string) => Promise<void>) => Promise<void>> {
  if (most > 0) await store.prepare(examples);
  const chosen = new ChosenExamples<Kind>(most, seed);
  const written = new Set<string>();
  const remove = async (item: string) => {
    written.delete(item);
    const old = `${examples}/${fileName(item)}`;
    // First, so that no record names files that are gone.
    await store.remove(`${old}/${exampleFile}`);
    await store.remove(old);
  };
  for (const { item, kind } of kept) {
    const { isKept, dropped } = chosen.offer(item, kind);
    if (isKept || most === 0) written.add(item);
    else await remove(item);
    if (dropped !== undefined) await remove(dropped);
  }
  const keep = async ({ item, kind }: Candidate<Kind>, write: (folder: string) => Promise<void>): Promise<void> => {
    const { isKept, dropped } = chosen.offer(item, kind);
    if (!isKept || written.has(item)) return;
    written.add(item);
    await write(`${examples}/${fileName(item)}`);
    if (dropped !== undefined) await remove(dropped);
  };
  let last: Promise<unknown> = Promise.resolve();
  return (candidate, write) => {
    // One after the other, so that none is removed while it is being written.
    const own = last.then(() => keep(candidate, write));
    last = own.catch(() => undefined);
    return own;
  };
}
