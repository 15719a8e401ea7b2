import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { glob, isPattern } from '../src/glob.ts';
import { emptyWorkspace, type Workspace } from './support/workspace.ts';

let workspace: Workspace;
beforeAll(async () => {
  workspace = await emptyWorkspace();
  for (const file of ['a1.jpg', 'a2.png', 'b+(c).jpg', '.dot.jpg', 'x/a1.jpg', 'x/y/a3.jpg', '.git/a4.jpg']) {
    await workspace.write(file, '');
  }
});
afterAll(() => workspace.remove());

describe('glob', () => {
  it.each([
    ['*.jpg', ['a1.jpg', 'b+(c).jpg']],
    ['a?.*', ['a1.jpg', 'a2.png']],
    ['a[!1].png', ['a2.png']],
    ['a[1-3].jpg', ['a1.jpg']],
    ['b+(c).j*', ['b+(c).jpg']],
    ['.d*', ['.dot.jpg']],
    ['{a1,a2,x/a1}.{jpg,png}', ['a1.jpg', 'a2.png', 'x/a1.jpg']],
    ['x/*', ['x/a1.jpg']],
    ['*/*/*.jpg', ['x/y/a3.jpg']],
    ['**/*.jpg', ['a1.jpg', 'b+(c).jpg', 'x/a1.jpg', 'x/y/a3.jpg']],
    ['x/**', ['x/a1.jpg', 'x/y/a3.jpg']],
    ['./x/../a?.jpg', ['a1.jpg']],
    ['a1.jpg/*', []],
    ['nowhere/*', []],
  ])('finds for %s', async (pattern, files) => {
    expect(await glob(pattern, workspace.folder)).toEqual(files);
  });

  it('takes absolute patterns', async () => {
    expect(await glob(join(workspace.folder, 'x', '*.jpg'), 'elsewhere')).toEqual([
      join(workspace.folder, 'x', 'a1.jpg'),
    ]);
  });

  it('knows patterns from names', () => {
    expect(['a*b', 'a?', '[ab]', '{a,b}'].every(isPattern)).toBe(true);
    expect(['plain.jpg', 'a]b[', '{a}', 'a,b'].some(isPattern)).toBe(false);
  });
});
