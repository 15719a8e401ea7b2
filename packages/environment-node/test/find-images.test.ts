import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { findImages } from '../src/find-images.ts';
import { emptyWorkspace, type Workspace } from './support/workspace.ts';

let workspace: Workspace;
beforeAll(async () => {
  workspace = await emptyWorkspace();
  const files = [
    'b/cat.jpg',
    'b/cat.png',
    'b/DOG.JPEG',
    'b/.hidden.png',
    'b/deeper/cat.webp',
    'a/cat.jpg',
    'a/a_cat.jpg',
    'b/list.txt',
  ];
  for (const file of files) await workspace.write(file, '');
  await symlink(join(workspace.folder, 'a', 'cat.jpg'), join(workspace.folder, 'b', 'link.png'));
});
afterAll(() => workspace.remove());

const find = async (...asked: readonly string[]) => {
  const { images, failures } = await findImages(asked, workspace.folder);
  return {
    names: images.map(({ path, name }) => [path, name]),
    failures: failures.map(({ path, error }) => [path, (error as { code: string }).code]),
  };
};

describe('findImages', () => {
  it('takes the images of a folder in the order of their names, whatever the case of their ending, and not what lies deeper', async () => {
    expect((await find('b')).names.map(([path]) => path)).toEqual([
      'b/DOG.JPEG',
      'b/cat.jpg',
      'b/cat.png',
      'b/link.png',
    ]);
  });

  it('takes a file whatever its ending, and each file once', async () => {
    expect(await find('b/list.txt', './b/list.txt', join(workspace.folder, 'b', 'list.txt'))).toEqual({
      names: [['b/list.txt', 'list']],
      failures: [],
    });
  });

  it('tells equal names apart by their endings, or else by their folders, and never gives a name twice', async () => {
    expect((await find('b/cat.jpg', 'b/cat.png')).names.map(([, name]) => name)).toEqual(['cat-jpg', 'cat-png']);
    expect((await find('a/cat.jpg', 'b/cat.jpg')).names.map(([, name]) => name)).toEqual(['a_cat', 'b_cat']);
    expect((await find('a/cat.jpg', 'b/cat.jpg', 'b/cat.png')).names.map(([, name]) => name)).toEqual([
      'a_cat-jpg',
      'b_cat-jpg',
      'b_cat-png',
    ]);
    expect((await find('a/a_cat.jpg', 'a/cat.jpg', 'b/cat.jpg')).names.map(([, name]) => name)).toEqual([
      'a_cat',
      'a_cat-2',
      'b_cat',
    ]);
  });

  it('names what means no image and keeps the rest', async () => {
    expect(await find('a/nothing.jpg', 'a/cat.jpg', 'b/*.gif', 'b/list.txt/inside.png')).toEqual({
      names: [['a/cat.jpg', 'cat']],
      failures: [
        ['a/nothing.jpg', 'IMAGE_NOT_FOUND'],
        ['b/*.gif', 'NO_IMAGES'],
        ['b/list.txt/inside.png', 'FILE_NOT_READABLE'],
      ],
    });
  });

  it('takes a name that looks like a pattern at its word where there is such a file', async () => {
    await workspace.write('odd/[cat]?.png', '');
    expect((await find('odd/[cat]?.png')).names).toEqual([['odd/[cat]?.png', '[cat]?']]);
  });
});
