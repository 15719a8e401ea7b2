import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sharpCodec } from '@understory/imaging/sharp';
import { openStudy, parseStudySpec, serveStudies, studyProof, type StudySpecInput } from '@understory/studies';
import { nodeEnvironment } from '../src/index.ts';

let folder: string;
const mine = () => join(folder, 'mine');
const theirs = () => join(folder, 'theirs');
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'understory-hosted-')));
  const pixels = (level: number) => ({ width: 4, height: 4, data: new Uint8Array(48).fill(level) });
  for (const [at, root] of [
    join(mine(), 'data/photos'),
    join(theirs(), 'store/photos'),
    join(theirs(), 'other/photos'),
  ].entries()) {
    await mkdir(root, { recursive: true });
    for (const name of ['a', 'b'])
      await writeFile(join(root, `${name}.png`), await sharpCodec.encodePng(pixels(at === 2 ? 9 : 100)));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const spec = (from: string | string[]): StudySpecInput => ({
  ...{ version: 1, study: 'evaluate', model: 'cifar10-resnet', images: { from }, seed: 1 },
  ...{ explainers: ['random'], metrics: ['deletion:steps=2'], examples: 0 },
});

async function proofOf(environment: ReturnType<typeof nodeEnvironment>, input: StudySpecInput) {
  const study = await openStudy(parseStudySpec(input, 'test'), environment);
  try {
    return await studyProof(study);
  } finally {
    await study.close();
  }
}

const hosted = (root: string) =>
  nodeEnvironment({ cwd: theirs(), offered: { models: [theirs()], data: [join(theirs(), root)] } }).hosting!(mine());

describe('a machine that works for another', () => {
  it.each([
    ['a list of images', ['data/photos/a.png', 'data/photos/b.png']],
    ['a pattern', ['data/photos/*.png']],
    ['a folder', ['data/photos']],
    ['a data set that is drawn', 'orchard:count=4'],
  ])('shows the same of %s that lies elsewhere', async (_, from) => {
    const here = await proofOf(nodeEnvironment({ cwd: mine() }), spec(from));
    expect(await proofOf(hosted('store'), spec(from))).toEqual(here);
    expect(Object.keys(here)).toEqual(
      expect.arrayContaining([
        'version of the specification',
        'SHA-256 of the model',
        'data',
        'version of @understory/backend-onnx',
      ]),
    );
  });

  it('shows something else of other pixels under the same names', async () => {
    const here = await proofOf(nodeEnvironment({ cwd: mine() }), spec(['data/photos']));
    const there = await proofOf(hosted('other'), spec(['data/photos']));
    const differing = Object.keys(here).filter((name) => here[name] !== there[name]);
    expect(differing).toEqual(['data']);
  });

  it('opens nothing outside of what it offers', async () => {
    const opening = (input: StudySpecInput) => proofOf(hosted('store'), input);
    await expect(opening(spec([join(mine(), 'secret.png')]))).rejects.toMatchObject({ code: 'PATH_NOT_OFFERED' });
    await expect(opening(spec('folder:/etc'))).rejects.toMatchObject({ code: 'PATH_NOT_OFFERED' });
    const own = spec(['data/photos']);
    await expect(opening({ ...own, model: '/etc/passwd' })).rejects.toMatchObject({ code: 'PATH_NOT_OFFERED' });
    await expect(opening({ ...own, labels: '/etc/passwd' })).rejects.toMatchObject({ code: 'PATH_NOT_OFFERED' });
    const environment = hosted('store');
    const target = { target: { index: 1, label: null }, labels: undefined, masks: [] };
    for (const reading of [
      () => environment.readTable('/etc/x.npy'),
      () => environment.readVocabulary('/etc/passwd'),
      () => environment.findImages(['/etc/passwd']),
      () => environment.findModel('../mine/data/photos/c.onnx'),
      () => environment.findTargetReference({ ...target, path: '/etc' }),
    ]) {
      await expect(reading()).rejects.toMatchObject({ code: 'PATH_NOT_OFFERED' });
    }
  });

  it('loads no plugin that others name', async () => {
    const named = (plugins: string[]) => proofOf(hosted('store'), { ...spec(['data/photos']), plugins });
    await expect(named(['some-plugin'])).rejects.toMatchObject({ code: 'PLUGIN_NOT_OFFERED', found: '"some-plugin"' });
    // One that would end this process where it was run.
    await writeFile(join(theirs(), 'evil.mjs'), 'process.exit(3);');
    expect(Object.keys(await named([join(theirs(), 'evil.mjs')]))).toContain('data');
    expect(Object.keys(await named(['@understory/explain-cam']))).toContain('data');
  });

  it('has to offer something to serve', async () => {
    expect(nodeEnvironment({ cwd: theirs() }).hosting).toBeUndefined();
    const plugins = join(theirs(), 'understory.config.json');
    await writeFile(plugins, JSON.stringify({ plugins: ['@understory/executor-threads'] }));
    const serving = serveStudies({
      ...{ environment: nodeEnvironment({ cwd: theirs() }), queue: 'redis://nowhere', concurrency: 1 },
      ...{ signal: new AbortController().signal, onNotice: () => undefined },
    });
    await expect(serving).rejects.toMatchObject({ code: 'UNKNOWN_ID' });
    await rm(plugins);
  });
});
