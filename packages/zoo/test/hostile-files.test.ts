import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { resolveModel } from '@understory/zoo';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'understory-zoo-'));
});
afterEach(() => rm(cwd, { recursive: true }));

async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(cwd, name)), { recursive: true });
    await writeFile(join(cwd, name), content);
  }
}

const codeOf = (model: string) =>
  resolveModel(model, { cwd }).then(
    () => 'none',
    ({ code, found }: { readonly code: string; readonly found: string }) => `${code}: ${found}`,
  );

describe('the cache of Hugging Face', () => {
  const snapshot = 'models--a--b/snapshots/0123';

  it('is read through its links, every file under the name that its link has', async () => {
    await write({
      'models--a--b/blobs/aa': '',
      'models--a--b/blobs/bb': '{ "id2label": { "0": "cat" } }',
      'models--a--b/blobs/cc': '{ "size": 8, "image_mean": 0.5, "image_std": 0.5 }',
      [`${snapshot}/onnx/.keep`]: '',
    });
    await symlink('../../../blobs/aa', join(cwd, snapshot, 'onnx/model.onnx'));
    await symlink('../../blobs/bb', join(cwd, snapshot, 'config.json'));
    await symlink('../../blobs/cc', join(cwd, snapshot, 'preprocessor_config.json'));
    const expected = {
      source: { path: join(cwd, snapshot, 'onnx/model.onnx') },
      labels: ['cat'],
      preprocessing: { mean: [0.5, 0.5, 0.5] },
    };
    expect(await resolveModel(snapshot, { cwd })).toMatchObject(expected);
    expect(await resolveModel(`${snapshot}/onnx/model.onnx`, { cwd })).toMatchObject(expected);
  });

  it('is said to lack a file that a link leads to', async () => {
    await write({ [`${snapshot}/onnx/.keep`]: '' });
    await symlink('../../../blobs/gone', join(cwd, snapshot, 'onnx/model.onnx'));
    expect(await codeOf(snapshot)).toContain('MODEL_NOT_READABLE: it is a link to nothing');
  });

  it('is said to have links that lead round', async () => {
    await symlink('round.onnx', join(cwd, 'round.onnx'));
    expect(await codeOf('round.onnx')).toContain('MODEL_NOT_READABLE: ELOOP');
  });
});

describe('what is no file', () => {
  it('is not waited for: a pipe as a model, in a folder, or as its configuration', async () => {
    await write({ 'm/model.onnx': '', 'p/.keep': '' });
    for (const name of ['pipe.onnx', 'p/model.onnx', 'm/config.json']) execFileSync('mkfifo', [join(cwd, name)]);
    expect(await codeOf('pipe.onnx')).toBe('MODEL_NOT_READABLE: it is a named pipe, not a file');
    expect(await codeOf('p')).toBe('MODEL_NOT_READABLE: it is a named pipe, not a file');
    expect(await codeOf('m')).toBe('MODEL_CONFIG_NOT_READABLE: it is a named pipe, not a file');
  });

  it('is not read without end', async () => {
    expect(await codeOf('/dev/zero')).toBe('MODEL_NOT_READABLE: it is a device, not a file');
    await mkdir(join(cwd, 'folder.onnx'));
    expect(await codeOf('folder.onnx')).toBe('MODEL_FOLDER_EMPTY: an empty folder');
  });
});

describe('a configuration', () => {
  it('of great depth is refused, intact or not', async () => {
    const deep = (closed: boolean) => '{"a":'.repeat(50_000) + (closed ? `1${'}'.repeat(50_000)}` : '');
    for (const closed of [true, false]) {
      await write({ 'm/model.onnx': '', 'm/config.json': deep(closed) });
      expect(await codeOf('m')).toContain('MODEL_CONFIG_INVALID: more than 100 levels of nesting');
    }
  });

  it('may have brackets in its texts', async () => {
    await write({ 'm/model.onnx': '', 'm/config.json': JSON.stringify({ id2label: { 0: `\\"${'['.repeat(200)}` } }) });
    expect((await resolveModel('m', { cwd })).labels).toEqual([`\\"${'['.repeat(200)}`]);
  });

  it('is shown in part where it is long', async () => {
    await write({ 'm/model.onnx': '', 'm/config.json': JSON.stringify({ id2label: ['x'.repeat(10_000)] }) });
    expect((await codeOf('m')).length).toBeLessThan(300);
  });

  it.each([
    ['{ "id2label": { "__proto__": "a", "constructor": "b" } }', '2 labels, none of them for class 0'],
    ['{ "id2label": { "0": "a", "2": "c" } }', '2 labels, none of them for class 1'],
    ['{ "id2label": { "0": "a", "one": "b" } }', '2 labels, none of them for class 1'],
    ['{ "id2label": { "0": {} } }', '{}'],
  ])('%s says which label is missing', async (text, found) => {
    await write({ 'm/model.onnx': '', 'm/config.json': text });
    expect(await codeOf('m')).toBe(`MODEL_CONFIG_INVALID: ${found}`);
  });

  it('may have labels that are names of properties, and begin with a mark of UTF-8 or UTF-16', async () => {
    const text = '\uFEFF{ "id2label": { "0": "__proto__", "1": "constructor" } }';
    for (const content of [text, Buffer.from(text, 'utf16le')]) {
      await write({ 'm/model.onnx': '', 'm/config.json': content });
      expect((await resolveModel('m', { cwd })).labels).toEqual(['__proto__', 'constructor']);
    }
  });
});
