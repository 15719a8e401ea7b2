import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { resolveModel } from '@understory/zoo';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'understory-towers-'));
});
afterEach(() => rm(cwd, { recursive: true }));

async function write(...files: readonly string[]): Promise<void> {
  for (const name of files) {
    await mkdir(dirname(join(cwd, name)), { recursive: true });
    await writeFile(join(cwd, name), name.endsWith('.json') ? '{}' : '');
  }
}

describe('the towers of a model of pictures and text', () => {
  const onnx = (...names: readonly string[]) => names.map((name) => `m/onnx/${name}.onnx`);
  it.each([
    ['as immich lays them out', ['m/visual/model.onnx', 'm/textual/model.onnx'], 'm', 0, 1],
    ['by the folder of one', ['m/visual/model.onnx', 'm/textual/model.onnx'], 'm/textual', 0, 1],
    ['by the file of one', ['m/visual/model.onnx', 'm/textual/model.onnx'], 'm/visual/model.onnx', 0, 1],
    ['in TensorFlow.js', ['m/visual/model.json', 'm/textual/model.onnx'], 'm', 0, 1],
    [
      'as transformers.js does',
      onnx('vision_model', 'text_model', 'model', 'vision_model_fp16', 'text_model_fp16'),
      'm',
      0,
      1,
    ],
    [
      'half precision before quantised',
      onnx('vision_model_fp16', 'text_model_fp16', 'vision_model_q4', 'text_model_q4'),
      'm',
      0,
      1,
    ],
    [
      'a variant by its file',
      onnx('vision_model_int8', 'text_model_int8', 'vision_model', 'text_model'),
      'm/onnx/vision_model_int8.onnx',
      0,
      1,
    ],
    ['in siblings', ['q/clip-vision/model.onnx', 'q/clip-text/model.onnx'], 'q/clip-text', 0, 1],
    ['beside each other under other names', ['m/image_encoder.onnx', 'm/text_encoder.onnx'], 'm', 0, 1],
  ] as const)('are found %s', async (_, files, asked, image, text) => {
    await write(...files);
    const found = await resolveModel(asked, { cwd });
    expect([found.source.path, found.text?.source?.path].map((path) => relative(cwd, path!))).toEqual([
      files[image],
      files[text],
    ]);
  });

  it('are not found in one whole network beside half a pair, nor in words that only look so', async () => {
    await write('m/onnx/model.onnx', 'm/onnx/vision_model_fp16.onnx', 'm/onnx/text_model_fp16.onnx');
    expect((await resolveModel('m', { cwd })).text).toBeUndefined();
    await write('n/imagenet.onnx');
    expect((await resolveModel('n', { cwd })).text).toBeUndefined();
  });

  it('come with the tokenizer of the text and the pictures of the image tower', async () => {
    await write('m/visual/model.onnx', 'm/textual/model.onnx', 'm/textual/tokenizer.json');
    const pictures = {
      size: [32, 32],
      mean: [0.5, 0.5, 0.5],
      std: [0.25, 0.25, 0.25],
      interpolation: 'bicubic',
      resize_mode: 'squash',
    };
    await writeFile(join(cwd, 'm/visual/preprocess_cfg.json'), JSON.stringify(pictures));
    await writeFile(join(cwd, 'm/config.json'), JSON.stringify({ text_cfg: { context_length: 24 } }));
    const { preprocessing, text } = await resolveModel('m', { cwd });
    expect(preprocessing).toMatchObject({
      resize: { kind: 'exact', width: 32, height: 32, filter: 'bicubic' },
      ...{ mean: pictures.mean, std: pictures.std },
    });
    expect(await text!.tokenizer()).toEqual({ tokenizer: {}, settings: { context_length: 24 } });
  });
});
