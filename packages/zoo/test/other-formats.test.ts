import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { resolveModel } from '@understory/zoo';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'understory-zoo-'));
});
afterEach(() => rm(cwd, { recursive: true }));

async function write(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await mkdir(dirname(join(cwd, name)), { recursive: true });
    await writeFile(join(cwd, name), 'x');
  }
}

const formats = [
  ['weights.pt', 'torch.onnx.export'],
  ['weights.PTH', 'torch.onnx.export'],
  ['epoch=3.ckpt', 'torch.onnx.export'],
  ['pytorch_model.bin', 'torch.onnx.export'],
  ['model.safetensors', 'optimum-cli export onnx'],
  ['network.keras', 'keras.models.load_model'],
  ['network.h5', 'tensorflowjs_converter'],
  ['network.hdf5', 'keras.models.load_model'],
  ['saved_model.pb', 'tf2onnx.convert --saved-model'],
  ['network.tflite', 'tf2onnx.convert --tflite'],
  ['inference.pdmodel', 'paddle2onnx'],
  ['network.mlmodel', 'Core ML'],
  ['network.engine', 'TensorRT'],
] as const;

describe('a network in the format of another library', () => {
  it.each(formats)('%s is answered with how it is exported, as a file and alone in a folder', async (name, words) => {
    await write(`m/${name}`, 'm/config.json', 'm/README.md');
    for (const model of [`m/${name}`, 'm']) {
      const error = await resolveModel(model, { cwd }).catch((cause: unknown) => cause);
      expect(error).toMatchObject({ code: 'MODEL_NEEDS_EXPORT', expected: expect.stringContaining('.onnx') });
      const { found, next } = error as { readonly found: string; readonly next: string };
      expect(`${found} ${next}`).toContain(words);
      expect(next).toContain('docs/how-to/export.md');
    }
  });

  it('is told of weights rather than of what lies beside them', async () => {
    await write('m/training_args.bin', 'm/model.safetensors');
    await expect(resolveModel('m', { cwd })).rejects.toMatchObject({
      found: expect.stringContaining('weights without their network'),
    });
  });

  it('does not stand in the way of a model beside it', async () => {
    await write('m/pytorch_model.bin', 'm/onnx/model.onnx');
    await rm(join(cwd, 'm/config.json'), { force: true });
    expect((await resolveModel('m', { cwd })).source.path).toBe(join(cwd, 'm/onnx/model.onnx'));
  });

  it('is in the table of docs/how-to/export.md', () => {
    const page = readFileSync(new URL('../../../docs/how-to/export.md', import.meta.url), 'utf8');
    for (const [name] of formats) expect(page).toContain(`\`${extname(name).toLowerCase()}\``);
  });
});
