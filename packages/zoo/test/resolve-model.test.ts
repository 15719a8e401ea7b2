import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { listZoo, resolveModel } from '@understory/zoo';

const processor = JSON.stringify({ size: 32, image_mean: [0.5, 0.5, 0.5], image_std: [0.25, 0.25, 0.25] });
const config = JSON.stringify({ id2label: { 1: 'dog', 0: 'cat' } });

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'understory-zoo-'));
});
afterEach(() => rm(cwd, { recursive: true }));

/** Writes files, with `''` for those whose content does not matter. */
async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(cwd, name)), { recursive: true });
    await writeFile(join(cwd, name), text);
  }
}

describe('a bundled model', () => {
  it('is found by its name, complete', async () => {
    const { labels, preprocessing, config, ...model } = await resolveModel('efficientnet-lite0', { cwd });
    const entry = (await listZoo()).find(({ name }) => name === 'efficientnet-lite0');
    expect(model).toEqual({
      name: 'efficientnet-lite0',
      kind: 'zoo',
      source: { kind: 'file', path: join(entry!.folder, 'onnx', 'model.onnx') },
      card: entry!.card,
    });
    expect(Object.keys(config!['id2label'] as object)).toHaveLength(1000);
    expect(labels).toHaveLength(1000);
    expect([labels![0], labels![281], labels![999]]).toEqual(['tench', 'tabby', 'toilet tissue']);
    expect(preprocessing).toMatchObject({
      resize: { kind: 'shorterSide', length: 256, filter: 'bicubic' },
      crop: { width: 224, height: 224 },
    });
  });

  it('wins over a folder of its name, which a path reaches', async () => {
    await write({ 'efficientnet-lite0/model.onnx': '' });
    expect(await resolveModel('efficientnet-lite0', { cwd })).toMatchObject({ kind: 'zoo' });
    expect(await resolveModel('./efficientnet-lite0', { cwd })).toMatchObject({ kind: 'folder' });
  });
});

describe('a folder', () => {
  it('gives model, labels, preprocessing and card', async () => {
    await write({
      'm/onnx/model.onnx': '',
      'm/config.json': config,
      'm/preprocessor_config.json': processor,
      'm/README.md': '',
    });
    const model = await resolveModel('m', { cwd });
    expect(model).toMatchObject({
      name: 'm',
      kind: 'folder',
      source: { kind: 'file', path: join(cwd, 'm/onnx/model.onnx') },
      labels: ['cat', 'dog'],
      preprocessing: { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
      card: join(cwd, 'm/README.md'),
    });
  });

  it('says what of the preprocessing is not known', async () => {
    const unknown = { ...JSON.parse(processor), image_processor_type: 'Owlv2ImageProcessor', zoom: 2 };
    await write({ 'm/model.onnx': '', 'm/preprocessor_config.json': JSON.stringify(unknown) });
    const { notes } = await resolveModel('m', { cwd });
    expect(notes).toEqual([expect.stringContaining('Owlv2ImageProcessor'), expect.stringContaining('zoom')]);
    const detr = { image_processor_type: 'DetrImageProcessor' };
    await write({ 'm/preprocessor_config.json': JSON.stringify(detr) });
    const known = await resolveModel('m', { cwd });
    expect(known.notes).toBeUndefined();
    expect(known.preprocessing?.resize).toMatchObject({ length: 800, longest: 1333 });
  });

  it('may hold nothing but a model', async () => {
    await write({ 'm/model.onnx': '' });
    expect(await resolveModel(join(cwd, 'm'))).toEqual({
      name: 'm',
      kind: 'folder',
      source: { kind: 'file', path: join(cwd, 'm/model.onnx') },
    });
  });

  it.each([
    [['onnx/model.onnx', 'onnx/model_fp16.onnx', 'model.onnx'], 'onnx/model.onnx'],
    [['onnx/other.onnx', 'model.onnx'], 'model.onnx'],
    [['net.onnx', 'net.onnx.data', 'notes.txt'], 'net.onnx'],
    [['onnx/net.onnx', 'onnx.txt'], 'onnx/net.onnx'],
  ])('with %j takes %s', async (files, taken) => {
    await write(Object.fromEntries(files.map((name) => [`m/${name}`, ''])));
    expect((await resolveModel('m', { cwd })).source.path).toBe(join(cwd, 'm', taken));
  });

  it('without a model is an error that says what was looked for', async () => {
    await write({ 'm/weights.npz': '', 'm/onnx': '' });
    await expect(resolveModel('m', { cwd })).rejects.toMatchObject({
      code: 'MODEL_FOLDER_EMPTY',
      found: 'onnx, weights.npz',
      expected: expect.stringContaining('onnx/model.onnx'),
    });
  });

  it('with several models is an error that lists them', async () => {
    await write({ 'm/a.onnx': '', 'm/onnx/b.onnx': '' });
    await expect(resolveModel('m', { cwd })).rejects.toMatchObject({
      code: 'MODEL_FOLDER_AMBIGUOUS',
      found: 'a.onnx, onnx/b.onnx',
    });
  });

  it.each([
    ['{\n  "id2label": {\n    "0": "cat"\n    "1": "dog" } }', 'line 4, column 5', '"\\"1\\": \\"dog\\" } }"'],
    ['{"id2label": {"0": "cat"', 'line 1, column 25', 'the end of the file'],
  ])('whose config.json is %j is an error that says where', async (text, place, found) => {
    await write({ 'm/model.onnx': '', 'm/config.json': text });
    await expect(resolveModel('m', { cwd })).rejects.toMatchObject({
      code: 'MODEL_CONFIG_NOT_JSON',
      message: `"${join(cwd, 'm/config.json')}" is not JSON: ${place}.`,
      found,
    });
  });

  it.each([
    ['[1]', '', '[1]'],
    ['{"id2label": ["cat"]}', 'id2label', '["cat"]'],
    ['{"id2label": {"0": "cat", "2": "dog"}}', 'id2label.1', '2 labels, none of them for class 1'],
    ['{"id2label": {"0": 7}}', 'id2label.0', '7'],
  ])('whose config.json is %s is an error that names the key', async (text, key, found) => {
    await write({ 'm/model.onnx': '', 'm/config.json': text });
    await expect(resolveModel('m', { cwd })).rejects.toMatchObject({
      code: 'MODEL_CONFIG_INVALID',
      message: expect.stringContaining(key),
      found,
    });
  });

  it('may have a config.json without labels, or with a byte order mark', async () => {
    await write({ 'm/model.onnx': '', 'm/config.json': '{"model_type": "resnet"}' });
    expect(await resolveModel('m', { cwd })).not.toHaveProperty('labels');
    await write({ 'm/config.json': `\uFEFF${config}` });
    expect((await resolveModel('m', { cwd })).labels).toEqual(['cat', 'dog']);
  });

  it('whose preprocessor_config.json cannot be used is an error that names file and field', async () => {
    await write({ 'm/model.onnx': '', 'm/preprocessor_config.json': '{"size": "big", "do_resize": true}' });
    await expect(resolveModel('m', { cwd })).rejects.toMatchObject({
      code: 'PREPROCESSING_INVALID',
      message: expect.stringMatching(/preprocessor_config\.json": .*"size"/),
    });
  });

  it('whose config.json cannot be read is an error', async () => {
    await write({ 'm/model.onnx': '', 'm/config.json/inside': '' });
    await expect(resolveModel('m', { cwd })).rejects.toMatchObject({ code: 'MODEL_CONFIG_NOT_READABLE' });
  });
});

describe('a file', () => {
  it('is taken as it is, with what lies beside it', async () => {
    await write({ 'a/net.v2.onnx': '', 'a/config.json': config });
    expect(await resolveModel('a/net.v2.onnx', { cwd })).toEqual({
      name: 'net.v2',
      config: JSON.parse(config) as object,
      kind: 'file',
      source: { kind: 'file', path: join(cwd, 'a/net.v2.onnx') },
      labels: ['cat', 'dog'],
    });
  });

  it('in a folder onnx has its configuration one folder up', async () => {
    await write({
      'm/onnx/model_fp16.onnx': '',
      'm/config.json': config,
      'm/onnx/preprocessor_config.json': processor,
    });
    const { labels, preprocessing } = await resolveModel('m/onnx/model_fp16.onnx', { cwd });
    expect([labels, preprocessing?.rescale]).toEqual([['cat', 'dog'], 1 / 255]);
  });

  it('may be alone', async () => {
    await write({ 'net.onnx': '' });
    const model = await resolveModel('net.onnx', { cwd });
    expect(Object.keys(model)).toEqual(['name', 'kind', 'source']);
  });
});

describe('nothing', () => {
  it.each([
    ['efficientnet-lite', 'Did you mean "efficientnet-lite0"?'],
    ['mobilenet', 'Did you mean "cifar10-resnet" or "efficientnet-lite0"'],
    ['', 'Did you mean "cifar10-resnet" or "efficientnet-lite0"'],
    ['models/net2.onnx', 'Did you mean "models/net1.onnx"?'],
    ['models/unlike.onnx', 'Check the path.'],
    ['nowhere/at/all', 'Check the path.'],
  ])('called %j is an error with suggestions', async (spec, next) => {
    await write({ 'models/net1.onnx': '' });
    await expect(resolveModel(spec, { cwd })).rejects.toMatchObject({
      code: 'MODEL_NOT_FOUND',
      found: expect.stringContaining('neither a bundled model nor a file or folder'),
      next: expect.stringContaining(next),
    });
  });
});

describe('a model of TensorFlow.js', () => {
  it('is found by its file, its file:// URL and its folder, with what lies beside it', async () => {
    await write({ 'm/tfjs/model.json': '{}', 'm/config.json': config, 'm/preprocessor_config.json': processor });
    const path = join(cwd, 'm/tfjs/model.json');
    for (const spec of ['m', 'm/tfjs/model.json', pathToFileURL(path).href]) {
      const model = await resolveModel(spec, { cwd });
      expect(model).toMatchObject({ source: { kind: 'file', path }, labels: ['cat', 'dog'] });
      expect(model.preprocessing).toBeDefined();
    }
  });

  it('is the other source of a folder that holds an ONNX model too', async () => {
    await write({ 'm/onnx/model.onnx': '', 'm/model.json': '{}' });
    expect(await resolveModel('m', { cwd })).toMatchObject({
      source: { path: join(cwd, 'm/onnx/model.onnx') },
      otherSources: [{ kind: 'file', path: join(cwd, 'm/model.json') }],
    });
  });
});
