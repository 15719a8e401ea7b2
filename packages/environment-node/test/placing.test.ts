import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placing } from '../src/placing.ts';

let folder: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'understory-placing-')));
  for (const name of ['models/nets', 'outside', 'data/photos/a']) await mkdir(join(folder, name), { recursive: true });
  for (const name of [
    'models/nets/one.onnx',
    'models/two.onnx',
    'outside/secret.onnx',
    'data/photos/a/1.png',
    'data/photos/a/2.png',
  ]) {
    await writeFile(join(folder, name), name);
  }
  await symlink(join(folder, 'outside/secret.onnx'), join(folder, 'models/link.onnx'));
  await symlink(join(folder, 'outside/secret.onnx'), join(folder, 'data/photos/a/3.png'));
  await symlink(join(folder, 'models/two.onnx'), join(folder, 'models/inside.onnx'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const codeOf = async (act: () => unknown) => {
  try {
    await act();
  } catch (error) {
    return (error as { readonly code?: string }).code;
  }
  return undefined;
};

describe('paths of another machine', () => {
  const place = (path: string, base = '/home/someone') => placing([join(folder, 'models')], base).place(path);

  it('are those of here on shared storage', () => {
    expect(place(join(folder, 'models/two.onnx'))).toBe(join(folder, 'models/two.onnx'));
    expect(place('models/two.onnx', folder)).toBe(join(folder, 'models/two.onnx'));
    expect(place(`file://${folder}/models/two.onnx`)).toBe(join(folder, 'models/two.onnx'));
  });

  it('are found under a root by the longest end that is there', () => {
    expect(place('/srv/nets/one.onnx')).toBe(join(folder, 'models/nets/one.onnx'));
    expect(place('two.onnx')).toBe(join(folder, 'models/two.onnx'));
    expect(place('nets')).toBe(join(folder, 'models/nets'));
    expect(place('inside.onnx')).toBe(join(folder, 'models/inside.onnx'));
  });

  it.each([
    ['an absolute path outside', () => join(folder, 'outside/secret.onnx')],
    ['a path that climbs', () => join(folder, 'models') + '/../outside/secret.onnx'],
    ['a relative path that climbs', () => '../../outside/secret.onnx'],
    ['a link that leads outside', () => 'link.onnx'],
    ['what is not there', () => 'three.onnx'],
    ['a system file', () => '/etc/passwd'],
    ['a name that ends in the middle', () => 'two.onnx\0.png'],
    ['a root whose name another begins with', () => `${join(folder, 'models')}2/x`],
  ])('are refused: %s', async (_, path) => {
    expect(await codeOf(() => place(path()))).toBe('PATH_NOT_OFFERED');
  });

  it('may be patterns, none of whose files may lie outside', async () => {
    const { places } = placing([join(folder, 'data')], '/elsewhere');
    expect(await places('photos/a/[12].png')).toEqual(
      ['1', '2'].map((name) => join(folder, `data/photos/a/${name}.png`)),
    );
    expect(await codeOf(() => places('photos/a/*.png'))).toBe('PATH_NOT_OFFERED');
    expect(await codeOf(() => places('photos/{.,}{.,}/../outside/*.onnx'))).toBe('PATH_NOT_OFFERED');
  });

  it('are all refused where nothing is offered', async () => {
    expect(await codeOf(() => placing([], folder).place('models/two.onnx'))).toBe('PATH_NOT_OFFERED');
    expect(await codeOf(() => placing([join(folder, 'none')], folder).place('models/two.onnx'))).toBe(
      'PATH_NOT_OFFERED',
    );
  });
});
