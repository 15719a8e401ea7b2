import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom, type KeptFile } from '@understory/core';
import { nodeEnvironment } from '@understory/environment-node';
import { nodeStore } from '@understory/experiments/node';
import { rgbImage } from '@understory/imaging';
import { encodePng } from '@understory/imaging/sharp';
import { openStudy, parseStudySpec, runOpened, type ChosenImage, type StudySpecInput } from '@understory/studies';
import { threads } from '../src/index.ts';
import { onSources } from './support/open-threads.ts';

const images = 3;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understory-examinations-'));
  const random = seededRandom(7);
  for (let at = 0; at < images; at += 1) {
    const data = new Uint8Array(3 * 32 * 32).map(() => random.integer(80));
    for (let y = 6; y < 26; y += 1) for (let x = 6 + at; x < 20; x += 1) data[3 * (32 * y + x) + (at % 3)] = 240;
    await writeFile(join(folder, `${at}.png`), await encodePng(rgbImage(data, 32, 32)));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const common = {
  version: 1,
  model: 'cifar10-resnet',
  seed: 3,
  examples: 1,
  images: { from: Array.from({ length: images }, (_, at) => `${at}.png`) },
  explainers: ['gradcam'],
  metrics: ['deletion:steps=4'],
  probe: 'shuffle:grid=2,permutations=1',
  attack: 'pgd:steps=2,lastLook=true',
  masks: ['all'],
  epsilons: ['4/255'],
} as const;

const specs: Readonly<Record<string, StudySpecInput>> = {
  compare: { ...common, study: 'compare', other: 'cifar10-resnet' },
  diagnose: { ...common, study: 'diagnose' },
};

/** All files of a run folder by their names; the lines of a log in any order. */
async function filesOf(run: string): Promise<Readonly<Record<string, string>>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(run, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    files[path.slice(run.length)] = entry.name.endsWith('.jsonl')
      ? bytes.toString('utf8').split('\n').sort().join('\n')
      : bytes.toString('base64');
  }
  return files;
}

it.each(Object.keys(specs))(
  '%s gives the same files in worker threads as in this process, byte for byte',
  async (name) => {
    const environment = nodeEnvironment({ cwd: folder });
    const spec = parseStudySpec(specs[name], name);
    for (const place of ['here', 'there']) {
      const store = nodeStore(join(folder, name, place));
      const study = await openStudy(spec, environment, { store });
      const elsewhere = await environment.elsewhere!({ ...spec, threads: 1 });
      const executor = await threads({ workers: 2, execArgv: onSources }).open<ChosenImage, unknown>({
        here: { execute: () => Promise.reject(new Error('not in threads')) as never },
        elsewhere: { ...elsewhere, together: 1 },
        size: images,
        keep: ({ name: file, bytes }: KeptFile) =>
          bytes === undefined ? store.remove(file) : store.write(file, bytes),
      });
      const { done, failed } = await runOpened(study, { store, ...(place === 'there' && { executor }) });
      expect([done, failed]).toEqual([images, 0]);
      await executor.close();
      await study.close();
    }
    const [here, there] = [await filesOf(join(folder, name, 'here')), await filesOf(join(folder, name, 'there'))];
    expect(Object.keys(there).length).toBeGreaterThan(3);
    expect(there).toEqual(here);
  },
);
