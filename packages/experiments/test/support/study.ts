import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Experiment, SeededRandom } from '@understory/core';
import type { RunRequest } from '../../src/index.ts';
import { nodeStore, type FileSystem } from '../../src/node/index.ts';

export interface Item {
  readonly id: string;
}

export interface Row {
  readonly item: string;
  readonly explainer: string;
  readonly area: number;
  readonly curve: readonly number[];
  readonly note?: string;
}

export interface Summary {
  readonly rows: number;
  readonly total: number;
  readonly first: string | null;
}

/** Random rows, two an item; items whose number ends in 7 fail. `meanwhile` runs while an item is worked on. */
export function study(
  meanwhile: (item: Item) => Promise<void> = async () => undefined,
): Experiment<Item, Row, Summary> {
  return {
    async rows(item: Item, random: SeededRandom): Promise<readonly Row[]> {
      await meanwhile(item);
      if (item.id.endsWith('7')) throw Object.assign(new Error(`${item.id} has no pixels`), { code: 'IMAGE_EMPTY' });
      return ['cam', 'grad,cam'].map((explainer) => ({
        item: item.id,
        explainer,
        area: random.uniform(),
        curve: [random.normal(), random.uniform()],
        ...(random.uniform() < 0.5 ? {} : { note: 'a "quoted"\nnote' }),
      }));
    },
    async summarise(rows) {
      let [count, total, first] = [0, 0, null as string | null];
      for await (const { area, item } of rows) {
        first ??= item;
        count += 1;
        total += area;
      }
      return { rows: count, total, first };
    },
  };
}

export async function* numbered(count: number): AsyncGenerator<Item> {
  for (let place = 0; place < count; place += 1) yield { id: `image-${place}` };
}

export const description = {
  model: { sha256: 'abc', backend: 'fake' },
  parameters: { steps: 100, metrics: ['deletion'] },
};

export function request(folder: string, count = 20, fileSystem?: FileSystem): RunRequest<Item, Row, Summary> {
  return { experiment: study(), items: numbered(count), store: nodeStore(folder, fileSystem), description, seed: 7 };
}

/** A folder that goes away after `use`. */
export async function withFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'understory-run-'));
  try {
    return await use(join(folder, 'runs/one'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

export async function collected<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const list: Value[] = [];
  for await (const value of values) list.push(value);
  return list;
}

/** Every finished file with its bytes, the logs as the set of their lines. */
export async function contents(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name !== 'tables').sort();
  const files = await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const));
  return Object.fromEntries(
    files
      .filter(([name]) => !name.endsWith('.jsonl'))
      .map(([name, bytes]) => [name, bytes.toString(name.endsWith('.parquet') ? 'hex' : 'utf8')]),
  );
}

/** The lines of a log that are whole. */
export async function logged(folder: string, name = 'rows.jsonl'): Promise<readonly Record<string, unknown>[]> {
  const text = await readFile(join(folder, name), 'utf8').catch(() => '');
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line): Record<string, unknown> => JSON.parse(line));
}

/** The items of a log, in its order. */
export async function loggedItems(folder: string, name?: string): Promise<readonly string[]> {
  return (await logged(folder, name)).flatMap(({ item }) => (typeof item === 'string' ? [item] : []));
}
