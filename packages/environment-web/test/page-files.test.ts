import { describe, expect, it } from '@jest/globals';
import { PageFiles, webEnvironment } from '@understory/environment-web';
import { modelAt } from '@understory/zoo/places';

const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

function folder(): PageFiles {
  const files = new PageFiles();
  files.add([
    { path: 'net/onnx/model.onnx', content: new Uint8Array([8, 1]) },
    { path: '/net/../net/config.json', content: new Blob([text({ id2label: { 0: 'cat', 1: 'dog' } })]) },
    { path: 'net/README.md', content: { url: 'data:text/plain,card' } },
    { path: 'cat.png', content: new Uint8Array(3) },
  ]);
  return files;
}

describe('PageFiles', () => {
  it('lists files and folders as a disk does', async () => {
    const files = folder();
    expect(files.paths).toEqual(['cat.png', 'net/README.md', 'net/config.json', 'net/onnx/model.onnx']);
    expect(await files.names('net')).toEqual(['README.md', 'config.json', 'onnx']);
    expect(await files.names('.')).toContain('cat.png');
    expect(await files.names('cat.png')).toBeUndefined();
    expect(await files.find('net/onnx/')).toEqual({ kind: 'folder', words: 'a folder', size: 0 });
    expect(await files.find('cat.png')).toEqual({ kind: 'file', size: 3 });
    expect(await files.find('dog.png')).toBeUndefined();
  });

  it('reads bytes, files and addresses', async () => {
    const files = folder();
    expect(await files.read('cat.png')).toEqual(new Uint8Array(3));
    expect(await files.readText('net/README.md', 4)).toBe('card');
    await expect(files.readText('net/README.md', 3)).rejects.toThrow('4 bytes, where at most 3 are read');
    expect(await files.readText('net/none.json', 9)).toBeUndefined();
    await expect(files.read('cat.pgn')).rejects.toMatchObject({
      code: 'FILE_NOT_READABLE',
      next: expect.stringContaining('cat.png'),
    });
    files.add([{ path: 'gone.png', content: { url: 'data:,%' } }]);
    files.remove('gone.png');
    await expect(files.read('gone.png')).rejects.toMatchObject({ code: 'FILE_NOT_READABLE' });
  });

  it('knows what has changed beside a path', () => {
    const files = folder();
    const before = files.versionOf('net/onnx/model.onnx');
    files.add([{ path: 'dog.png', content: new Uint8Array(1) }]);
    files.add([{ path: 'cat.png', content: new Uint8Array(1) }]);
    expect(files.versionOf('net/onnx/model.onnx')).toBe(before);
    files.remove('net/onnx');
    expect(files.versionOf('net/onnx/model.onnx')).toBe(before + 1);
  });

  it('is where a model folder lies', async () => {
    const files = folder();
    const expected = { source: { kind: 'file', path: 'net/onnx/model.onnx' }, labels: ['cat', 'dog'] };
    expect(await modelAt(files, 'net')).toMatchObject({ ...expected, name: 'net', kind: 'folder' });
    expect(await modelAt(files, 'net/onnx/model.onnx')).toMatchObject({ ...expected, name: 'model', kind: 'file' });
    expect(await modelAt(files, 'elsewhere')).toBeUndefined();
    files.add([{ path: 'weights.pt', content: new Uint8Array(1) }]);
    await expect(modelAt(files, 'weights.pt')).rejects.toMatchObject({ code: 'MODEL_NEEDS_EXPORT' });
  });
});

describe('pictures of a page', () => {
  it('have the names that they have on a disk', async () => {
    const files = new PageFiles();
    const paths = ['a/cat.jpg', 'b/cat.jpg', 'b/dog.jpg', 'b/dog.png', 'B/CUP.png', 'cup.png'];
    files.add(paths.map((path) => ({ path, content: new Uint8Array(1) })));
    const { images, failures } = await webEnvironment({ files, plugins: [] }).findImages(paths);
    expect(failures).toEqual([]);
    expect(images.map(({ name }) => name)).toEqual(['a_cat', 'b_cat', 'dog-jpg', 'dog-png', 'B_CUP', 'cup']);
  });
});
