import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { KeptModels } from '@understory/environment-web';
import { memoryStore } from '@understory/experiments';

const bytes = (text: string) => new TextEncoder().encode(text);
const digest = (text: string) => createHash('sha256').update(text).digest('hex');

describe('KeptModels', () => {
  it('keeps each file once, under its digest', async () => {
    const store = memoryStore();
    const kept = new KeptModels(store);
    const one = await kept.keep('one', [{ path: 'model.onnx', bytes: bytes('weights') }]);
    expect(one).toEqual({
      ...{ id: digest('weights'), name: 'one' },
      files: [{ path: 'model.onnx', sha256: digest('weights'), size: 7 }],
    });
    const two = await kept.keep('two', [
      { path: 'onnx/model.onnx', bytes: bytes('weights') },
      { path: 'config.json', bytes: bytes('{}') },
    ]);
    expect(two.files.map(({ path }) => path)).toEqual(['config.json', 'onnx/model.onnx']);
    expect(await store.list('files')).toEqual([`files/${digest('{}')}`, `files/${digest('weights')}`].sort());
    expect((await kept.list()).map(({ name }) => name)).toEqual(['one', 'two']);
    expect(await kept.open(two.id, 'here')).toEqual([
      { path: 'here/config.json', content: bytes('{}') },
      { path: 'here/onnx/model.onnx', content: bytes('weights') },
    ]);
  });

  it('forgets what no other model has', async () => {
    const store = memoryStore();
    const kept = new KeptModels(store);
    const one = await kept.keep('one', [{ path: 'model.onnx', bytes: bytes('weights') }]);
    const two = await kept.keep('two', [
      { path: 'model.onnx', bytes: bytes('weights') },
      { path: 'labels.txt', bytes: bytes('cat') },
    ]);
    await kept.forget(two.id);
    expect(await store.list('files')).toEqual([`files/${digest('weights')}`]);
    await expect(kept.open(two.id, 'here')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
    // As a browser does where it needs the room.
    await store.remove(`files/${digest('weights')}`);
    expect(await kept.list()).toEqual([]);
    await expect(kept.open(one.id, 'here')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  });
});
