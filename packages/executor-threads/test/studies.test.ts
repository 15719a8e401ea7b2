import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom, type KeptFile, type OpenExecutor } from '@understory/core';
import { nodeEnvironment } from '@understory/environment-node';
import { nodeStore } from '@understory/experiments/node';
import { rgbImage } from '@understory/imaging';
import { encodePng } from '@understory/imaging/sharp';
import {
  openStudy,
  parseStudySpec,
  runOpened,
  type AnyStudy,
  type ArtifactStore,
  type ChosenImage,
  type StudySpecInput,
} from '@understory/studies';
import { threads } from '../src/index.ts';
import { onSources } from './support/open-threads.ts';

const images = 9;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understory-studies-'));
  // A folder a class, with patches of colour on noise; one file is no picture.
  const random = seededRandom(5);
  for (let at = 0; at < images; at += 1) {
    const label = ['ship', 'automobile'][at % 2]!;
    const data = new Uint8Array(3 * 32 * 32).map(() => random.integer(80));
    for (let y = 6; y < 26; y += 1) for (let x = 6 + at; x < 20; x += 1) data[3 * (32 * y + x) + (at % 3)] = 240;
    await mkdir(join(folder, 'data', label), { recursive: true });
    await writeFile(join(folder, 'data', label, `${at}.png`), await encodePng(rgbImage(data, 32, 32)));
  }
  await writeFile(join(folder, 'data', 'ship', 'torn.png'), 'no picture');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const common = { version: 1, model: 'cifar10-resnet', images: { from: 'folder:data' }, seed: 3 } as const;

const specs: Readonly<Record<string, StudySpecInput>> = {
  evaluate: {
    ...{ ...common, study: 'evaluate', explainers: ['cam', 'gradcam', 'random'], examples: 1 },
    metrics: ['deletion:steps=6', 'insertion:steps=6'],
  },
  attack: {
    ...{ ...common, study: 'attack', attack: 'pgd:steps=3', masks: ['all', 'origin-top:0.3'] },
    ...{ targetClass: 'frog', save: 'all', examples: 2, batch: 2 },
  },
  probe: { ...common, study: 'probe', probe: 'shuffle:grid=2+4,permutations=2' },
};

/** All files of a run folder by their names; the log of a run as the set of its lines. */
async function filesOf(run: string): Promise<Readonly<Record<string, string | readonly string[]>>> {
  const files: Record<string, string | readonly string[]> = {};
  const entries = await readdir(run, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((each) => each.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    files[path.slice(run.length)] = entry.name.endsWith('.jsonl')
      ? bytes.toString('utf8').trim().split('\n').sort()
      : bytes.toString('base64');
  }
  return files;
}

describe.each(Object.keys(specs))('%s in worker threads', (name) => {
  let study: AnyStudy;
  /** The folder that is written at the time. */
  let store = nodeStore('nowhere');
  const current: ArtifactStore = {
    path: '',
    write: (file, bytes) => store.write(file, bytes),
    prepare: (file) => store.prepare(file),
    list: (file) => store.list(file),
    read: (file) => store.read(file),
    remove: (file) => store.remove(file),
  };
  const inRun = (run: string) => (store = nodeStore(join(folder, name, run)));

  /** One for all runs, since each worker reads every source once. */
  let executor: OpenExecutor<ChosenImage, unknown>;
  const open = async (): Promise<OpenExecutor<ChosenImage, unknown>> => {
    const { elsewhere } = nodeEnvironment({ cwd: folder });
    return threads({ workers: 2, execArgv: onSources }).open<ChosenImage, unknown>({
      here: { execute: () => Promise.reject(new Error('not in threads')) as never },
      elsewhere: { ...(await elsewhere!({ ...study.spec, threads: 1 })), together: study.together ?? 2 },
      size: study.size,
      keep: ({ name: file, bytes }: KeptFile) => (bytes === undefined ? store.remove(file) : store.write(file, bytes)),
    });
  };

  beforeAll(async () => {
    const environment = nodeEnvironment({ cwd: folder });
    const spec = parseStudySpec(specs[name], name);
    study = await openStudy(spec, environment, { store: inRun('here') });
    await runOpened(study, { store });
    await study.close();
    study = await openStudy(spec, environment, { store: current });
    executor = await open();
  });
  afterAll(async () => {
    await executor.close();
    await study.close();
  });

  it('gives the same rows, tables and pictures as this process, byte for byte', async () => {
    inRun('threads');
    const { done, failed } = await runOpened(study, { store, executor });
    await executor.close();
    expect([done, failed]).toEqual([images, 1]);
    const [here, there] = [await filesOf(join(folder, name, 'here')), await filesOf(store.path)];
    expect(Object.keys(there).sort()).toEqual(Object.keys(here).sort());
    expect(there).toEqual(here);
  });

  // Threads know nothing of the kind of a study: the one that keeps most files stands for all.
  if (name !== 'attack') return;
  it('gives the same in shards, and where a run is interrupted and goes on', async () => {
    inRun('parts');
    for (const index of [0, 1]) await runOpened(study, { store, executor, shard: { index, count: 3 } });
    const interruption = new AbortController();
    const stopped = runOpened(study, {
      ...{ store, executor, signal: interruption.signal, shard: { index: 2, count: 3 } },
      onProgress: ({ done }) => void (done > 0 && interruption.abort()),
    });
    await expect(stopped).rejects.toThrow();
    await runOpened(study, { store, executor });
    const [here, there] = [await filesOf(join(folder, name, 'here')), await filesOf(store.path)];
    const isLog = (file: string) => file.endsWith('.jsonl');
    const withoutLogs = (files: object) => Object.fromEntries(Object.entries(files).filter(([file]) => !isLog(file)));
    expect(withoutLogs(there)).toEqual(withoutLogs(here));
  });
});
