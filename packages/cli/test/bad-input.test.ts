import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Node } from '@understory/onnx-autodiff';
import { onnxModel } from './support/onnx-model.ts';
import { fakeWorkspace, quarter, repository, type Workspace } from './support/workspace.ts';

// Packages and sessions of ONNX Runtime are loaded, on a busy machine.
jest.setTimeout(60_000);

let workspace: Workspace;
const small = join(repository, 'fixtures/golden/networks/resnet-torchscript/model.onnx');

beforeAll(async () => {
  workspace = await fakeWorkspace();
  const { write } = workspace;
  const plugins = [
    '@understory/backend-onnx',
    '@understory/explain-cam',
    '@understory/explain-gradcam',
    './fake-plugin.mjs',
  ];
  await write('understory.config.json', JSON.stringify({ plugins }));
  await write('text.onnx', 'This is a text, and not a model.');
  await write('cut.onnx', (await readFile(small)).subarray(0, 20_000));
  await write(
    'odd.onnx',
    onnxModel({
      input: ['N', 3, 8, 8],
      output: ['N', 3],
      nodes: [Node.of('Relu', ['x'], ['a'], {}, 'body/Relu'), Node.of('Det', ['a'], ['y'], {}, 'head/Det')],
    }),
  );
  await write('five.fake.json', '{ "channels": 5 }');
  await write('text.png', 'This is a text, and not a picture.');
  await write('empty.png', '');
  const zero = Buffer.from(await quarter([1, 2, 3]));
  zero.writeUInt32BE(0, 16);
  await write('zero.png', zero);
});
afterAll(() => workspace.remove());

const fake = ['--model', 'model/tiny.fake.json', '--explainer', 'brightness'];

/** The one error of a command that has to fail, as `--json` gives it, and that text says the same. */
async function failureOf(...argv: readonly string[]) {
  const asJson = await workspace.cli([...argv, '--json', '--quiet']);
  const lines = asJson.stderr.trim().split('\n');
  expect([asJson.code, lines.length]).toEqual([2, 1]);
  const { error } = JSON.parse(lines[0]!) as {
    error: Record<'code' | 'message' | 'found' | 'expected' | 'next', string>;
  };

  const asText = await workspace.cli([...argv, '--quiet']);
  expect(asText.code).toBe(2);
  for (const part of Object.values(error)) expect(asText.stderr).toContain(part);
  return error;
}

describe('bad input', () => {
  it('is a model that is no ONNX file', async () => {
    expect(await failureOf('explain', 'red.png', '--model', 'text.onnx')).toMatchObject({ code: 'ONNX_NOT_A_MODEL' });
    expect(await failureOf('inspect', 'text.onnx')).toMatchObject({ code: 'ONNX_NOT_A_MODEL' });
  });

  it('is an ONNX file that is cut off', async () => {
    expect(await failureOf('explain', 'red.png', '--model', 'cut.onnx')).toMatchObject({ code: 'ONNX_TRUNCATED' });
  });

  it('is a model that does not exist', async () => {
    expect(await failureOf('explain', 'red.png', '--model', 'eficientnet-lite0')).toMatchObject({
      code: 'MODEL_NOT_FOUND',
      next: expect.stringContaining('efficientnet-lite0'),
    });
  });

  it('is a file that no backend reads', async () => {
    expect(await failureOf('explain', 'red.png', '--model', 'text.png')).toMatchObject({ code: 'NO_BACKEND_FOR' });
    expect(await failureOf('inspect', 'text.onnx', '--backend', 'fake')).toMatchObject({ code: 'BACKEND_CANNOT_READ' });
  });

  it('is an operator without a gradient on the path, named with what still works', async () => {
    expect(
      await failureOf(
        ...['explain', 'red.png', '--model', 'odd.onnx', '--layer', 'body', '--layout', 'nchw'],
        ...['--task', 'image-classification'],
      ),
    ).toMatchObject({
      code: 'NOT_DIFFERENTIABLE',
      found: expect.stringContaining('Det'),
      next: expect.stringContaining('cam'),
    });
  });

  it('is a layer that the model does not have', async () => {
    expect(await failureOf('explain', 'red.png', ...fake, '--layer', 'body.cone')).toMatchObject({
      code: 'UNKNOWN_LAYER',
      next: expect.stringContaining('"body.conv"'),
    });
  });

  it('is a class that the model does not have', async () => {
    expect(await failureOf('explain', 'red.png', ...fake, '--target', '4')).toMatchObject({
      code: 'CLASS_OUT_OF_RANGE',
      expected: 'a whole number from 0 to 3',
      next: expect.stringContaining('"3"'),
    });
    expect(await failureOf('explain', 'red.png', ...fake, '--target', 'top5')).toMatchObject({
      code: 'TOP_OUT_OF_RANGE',
    });
    expect(await failureOf('explain', 'red.png', ...fake, '--target', 'top1,gras')).toMatchObject({
      code: 'UNKNOWN_CLASS',
      next: expect.stringContaining('"green, grass"'),
    });
    expect(await failureOf('explain', 'red.png', ...fake, '--target', ',')).toMatchObject({ code: 'UNKNOWN_CLASS' });
  });

  it('is a file that is no image', async () => {
    expect(await failureOf('explain', 'text.png', ...fake)).toMatchObject({ code: 'NOT_AN_IMAGE' });
    expect(await failureOf('explain', 'empty.png', ...fake)).toMatchObject({ code: 'IMAGE_EMPTY' });
  });

  it('is an image without pixels', async () => {
    expect(await failureOf('explain', 'zero.png', ...fake)).toMatchObject({
      code: 'IMAGE_ZERO_SIZE',
      found: '0 x 8 pixels',
    });
  });

  it('is a network for another number of channels', async () => {
    expect(await failureOf('explain', 'red.png', ...fake, '--model', 'five.fake.json')).toMatchObject({
      code: 'IMAGE_CHANNELS_INVALID',
      message: 'The model takes pictures of 5 channels.',
      found: 'a picture of at most 4 channels',
      expected: 'a NumPy file [H, W, 5] or [5, H, W]',
    });
  });

  it('is a place that cannot be written to, told before any work and leaving nothing behind', async () => {
    expect(await failureOf('explain', 'red.png', ...fake, '--out', 'red.png')).toMatchObject({
      code: 'OUTPUT_NOT_WRITABLE',
      found: 'a file of that name is in the way of the folder',
    });
    expect(await failureOf('explain', 'red.png', ...fake, '--out', 'red.png/deeper')).toMatchObject({
      code: 'OUTPUT_NOT_WRITABLE',
      found: 'a part of the path is a file, not a folder',
    });
    // A folder stands where the file should go, which shows only when it is written.
    await workspace.write('taken/red.brightness.top1.png/inside', '');
    expect(await failureOf('explain', 'red.png', ...fake, '--out', 'taken')).toMatchObject({
      code: 'OUTPUT_NOT_WRITABLE',
    });
    expect(await readdir(join(workspace.folder, 'taken'))).toEqual(['red.brightness.top1.png']);
  });

  it('is a network that takes more than a picture', async () => {
    const nodes = [Node.of('GlobalAveragePool', ['x'], ['p']), Node.of('Flatten', ['p'], ['y'])];
    const model = onnxModel({ input: ['N', 3, 8, 8], output: ['N', 3], nodes, others: { age: ['N', 1] } });
    await workspace.write('two.onnx', model);
    const failure = { code: 'OTHER_INPUTS', found: 'age beside "x"' };
    expect(await failureOf('explain', 'red.png', 'photos', '--model', 'two.onnx')).toMatchObject(failure);
    const inspected = await workspace.cli(['inspect', 'two.onnx', '--json']);
    expect(JSON.parse(inspected.stdout).classifier.error).toMatchObject(failure);
  });

  it('is an explainer that nobody provides', async () => {
    expect(await failureOf('explain', 'red.png', '--explainer', 'gradcan')).toMatchObject({
      code: 'UNKNOWN_EXPLAINER',
      next: expect.stringContaining('"gradcam"'),
    });
  });

  it('is the path of a plugin that is not there', async () => {
    expect(await failureOf('plugins', '--plugin', './nowhere.mjs')).toMatchObject({
      code: 'PLUGIN_NOT_FOUND',
      next: expect.stringContaining('Check the path'),
    });
    expect(await failureOf('plugins', '--plugin', 'understory-nowhere')).toMatchObject({
      code: 'PLUGIN_NOT_FOUND',
      next: 'Run: npm install understory-nowhere',
    });
  });

  it('is an objective on an output that the model does not have', async () => {
    const command = ['differentiate', small, '--wrt', 'input', '--out', 'never.onnx', '--objective'];
    expect(await failureOf(...command, 'score:nope')).toMatchObject({
      code: 'UNKNOWN_OUTPUT',
      expected: expect.stringContaining('an output (logits)'),
      next: 'Write the objective as score:logits.',
    });
    expect(await failureOf(...command, 'score:logit')).toMatchObject({ next: 'Did you mean "logits"?' });
  });

  it('is a plugin for another host API', async () => {
    await workspace.write(
      'future.mjs',
      `export default { name: 'from-the-future', version: '9.0.0', hostApi: '^9.0.0', provides: [], register() {} };`,
    );
    expect(await failureOf('plugins', '--plugin', './future.mjs')).toMatchObject({
      code: 'HOST_API_MISMATCH',
      found: 'it requires host API ^9.0.0',
      expected: 'a range that 1.0.0 satisfies',
    });
  });

  it('is a folder without images, a pattern that fits nothing, or a path to nothing', async () => {
    expect(await failureOf('explain', 'empty', ...fake)).toMatchObject({
      code: 'NO_IMAGES',
      message: expect.stringContaining('"empty"'),
    });
    expect(await failureOf('explain', 'photos/*.jpg', ...fake)).toMatchObject({ code: 'NO_IMAGES' });
    expect(await failureOf('explain', 'nowhere.png', ...fake)).toMatchObject({ code: 'IMAGE_NOT_FOUND' });
    const { code, stdout } = await workspace.cli(['explain', 'nowhere.png', ...fake, '--json']);
    expect([code, JSON.parse(stdout)]).toEqual([
      2,
      { images: [], failures: [{ image: 'nowhere.png', error: expect.objectContaining({ code: 'IMAGE_NOT_FOUND' }) }] },
    ]);
  });

  it('is a file of labels that does not fit', async () => {
    await workspace.write('three.txt', 'a\nb\nc\n');
    await workspace.write('gap.json', '{ "0": "a", "2": "c" }');
    await workspace.write('wrong.json', '["a", 2]');
    await workspace.write('broken.json', '["a", ');
    const codes = [];
    for (const labels of ['three.txt', 'gap.json', 'wrong.json', 'broken.json', 'missing.txt']) {
      codes.push((await failureOf('explain', 'red.png', ...fake, '--labels', labels)).code);
    }
    expect(codes).toEqual(['LABEL_COUNT', 'LABELS_INVALID', 'LABELS_INVALID', 'LABELS_INVALID', 'FILE_NOT_READABLE']);
  });

  it('is a pipe or a device, which is not waited for', async () => {
    execFileSync('mkfifo', [join(workspace.folder, 'pipe.png')]);
    await symlink('/dev/zero', join(workspace.folder, 'endless.png'));
    await symlink('round.png', join(workspace.folder, 'round.png'));
    const of = async (...argv: readonly string[]) => {
      const { code, found } = await failureOf(...argv);
      return `${code}: ${found}`;
    };
    const pipe = 'FILE_NOT_READABLE: it is a named pipe, not a file';
    expect(await of('explain', 'pipe.png', ...fake)).toBe(pipe);
    expect(await of('explain', 'endless.png', ...fake)).toBe('FILE_NOT_READABLE: it is a device, not a file');
    expect(await of('explain', 'round.png', ...fake)).toContain('a link that leads back to itself');
    expect(await of('explain', 'red.png', ...fake, '--labels', 'pipe.png')).toBe(pipe);
    expect(await of('probe', 'shuffle', 'red.png', ...fake.slice(0, 2), '--ids', '@pipe.png', '--out', 'p')).toBe(pipe);
    expect(await of('inspect', 'pipe.png')).toBe('MODEL_NOT_READABLE: it is a named pipe, not a file');
  });

  it('is a picture of more pixels than are decoded, intact as it is', async () => {
    const large = Buffer.from(await quarter([1, 2, 3]));
    large.writeUInt32BE(100_000, 16);
    large.writeUInt32BE(100_000, 20);
    await workspace.write('large.png', large);
    expect(await failureOf('explain', 'large.png', ...fake)).toMatchObject({
      code: 'IMAGE_TOO_LARGE',
      expected: 'at most 178,956,970 pixels',
    });
  });

  it('is a device that there is not', async () => {
    expect(await failureOf('inspect', small, '--device', 'abacus')).toMatchObject({ code: 'DEVICE_UNKNOWN' });
  });
});
