import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { StudySpecInput } from '@understory/studies';
import { commandArguments, commandLine, inspectLine } from '../src/words/command-line.ts';
import { withOpposite, withSwapped } from '../src/words/swap-words.ts';
import { bundledFiles, samples } from '../src/page/bundled.ts';
import { filesOfModel, sortFiles } from '../src/engine/sort-files.ts';

const spec: StudySpecInput = { version: 1, study: 'explain', model: 'm.onnx', images: { from: ['a cat.png'] } };

describe('the command of a specification', () => {
  it('has a word for each argument, quoted where a shell would cut it', () => {
    expect(commandLine({ ...spec, target: "bird's nest" })).toBe(
      "understory explain 'a cat.png' --explainer gradcam --target 'bird'\\''s nest' --model m.onnx",
    );
  });

  it('joins what begins with a minus to its flag', () => {
    expect(commandArguments({ ...spec, target: '-age' })).toContain('--target=-age');
  });

  it('is not there for what no flag says', () => {
    const attack = { ...spec, study: 'attack' as const, attack: 'pgd', targetClass: null };
    expect(commandLine({ ...attack, masks: ['painted'] })).toBeUndefined();
    expect(commandLine({ ...attack, masks: ['all'] })).toBe(
      "understory attack pgd 'a cat.png' --mask all --untargeted --explainer gradcam --model m.onnx",
    );
    expect(commandLine({ ...spec, study: 'diagnose' })).toBeUndefined();
  });

  it('names the channels or the target that pictures are made of', () => {
    const visualise = { ...spec, study: 'visualise' as const, visualiser: { id: 'ascent', options: { steps: 12 } } };
    expect(commandLine({ ...visualise, layers: ['a/b'], channels: '0,3', seed: 2 })).toBe(
      "understory visualise 'a cat.png' --visualiser ascent:steps=12 --layer a/b --channel 0,3 --model m.onnx --seed 2",
    );
    expect(commandLine({ ...visualise, target: '281' })).toContain('--target 281');
  });

  it('lists what a network holds, read as it is on the page', () => {
    expect(inspectLine({ model: 'm.onnx', task: 'image-segmentation' })).toBe(
      'understory inspect m.onnx --all --task image-segmentation',
    );
  });
});

describe('words of place', () => {
  it.each([
    ['the left apple', 'the right apple'],
    ['Left of a pear', 'Right of a pear'],
    ['What is above the lemon?', 'What is below the lemon?'],
    ['a leftover apple', undefined],
  ])('%s becomes %s', (text, other) => {
    expect(withOpposite(text)).toBe(other);
  });

  it('change places', () => {
    expect(withSwapped('a red apple', 1, 2)).toBe('a apple red');
  });
});

describe('dropped files', () => {
  const named = (...paths: readonly string[]) => sortFiles(paths.map((path) => ({ path, bytes: new Uint8Array() })));

  it('are pictures, models by their folder, and others', () => {
    expect(named('cat.png', 'net/onnx/model.onnx', 'net/config.json', 'net/card.png', 'notes.exe')).toEqual({
      pictures: ['cat.png'],
      models: ['net'],
      others: [{ path: 'notes.exe', error: expect.objectContaining({ code: 'FILE_NOT_OPENED' }) }],
    });
  });

  it('are one model where two towers lie in one folder', () => {
    expect(named('clip/visual/model.onnx', 'clip/textual/model.onnx', 'clip/textual/tokenizer.json').models).toEqual([
      'clip',
    ]);
  });

  it('are models by themselves where they lie in no folder', () => {
    expect(named('a.onnx', 'model.json', 'group1-shard1of1.bin').models).toEqual(['a.onnx', 'model.json']);
  });

  it('belong to the model in whose folder, or beside which, they lie', () => {
    const paths = ['model.json', 'shard.bin', 'cat.png', 'a.onnx', 'net/onnx/model.onnx', 'net/config.json'];
    expect(filesOfModel(paths, 'model.json')).toEqual(['model.json', 'shard.bin']);
    expect(filesOfModel(paths, 'a.onnx')).toEqual(['shard.bin', 'a.onnx']);
    expect(filesOfModel(paths, 'net')).toEqual(['net/onnx/model.onnx', 'net/config.json']);
  });
});

describe('what lies beside the page', () => {
  it('is there', () => {
    const models = fileURLToPath(new URL('../../zoo/models/', import.meta.url));
    const pictures = fileURLToPath(new URL('../src/page/public/samples/', import.meta.url));
    const paths = [...bundledFiles.map((file) => join(models, file)), ...samples.map((file) => join(pictures, file))];
    expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  });
});
