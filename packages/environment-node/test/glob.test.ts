import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
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

  it.each([
    ['many stars in a name', `${'*a'.repeat(40)}b`],
    ['many stars and any character', `${'?*'.repeat(40)}b`],
    ['many sets', `${'[a-z]*'.repeat(40)}Z`],
    ['many folders of any name', `${'**/'.repeat(40)}*.gif`],
    ['many folders of any name between others', `${'**/deep/'.repeat(20)}nothing`],
    ['half a set and half a choice', `${'['.repeat(5000)}*${'{,'.repeat(5000)}`],
  ])('comes to an end with %s', async (_, pattern) => {
    await workspace.write(`${'deep/'.repeat(30)}${'a'.repeat(200)}.jpg`, '');
    expect(await glob(pattern, workspace.folder)).toEqual([]);
  });

  it('refuses braces that stand for too many patterns', async () => {
    await expect(glob('{a,b}'.repeat(40), workspace.folder)).rejects.toMatchObject({ code: 'PATTERN_TOO_LARGE' });
    expect(await glob(`${'{a,a}'.repeat(9)}`, workspace.folder)).toEqual([]);
  });

  it('finds links to files, and no links that lead round', async () => {
    await mkdir(join(workspace.folder, 'linked'));
    await symlink('../a1.jpg', join(workspace.folder, 'linked', 'one.jpg'));
    await symlink('.', join(workspace.folder, 'linked', 'again'));
    expect(await glob('linked/**', workspace.folder)).toEqual(['linked/one.jpg']);
    expect(await glob('linked/again/*', workspace.folder)).toEqual(['linked/again/one.jpg']);
  });

  it('matches as a regular expression of the pattern would', async () => {
    const names = ['a', 'aab', 'ab', 'abab', 'b', 'ba', 'bbba'];
    for (const name of names) await workspace.write(`names/${name}`, '');
    const part = fc.constantFrom('a', 'b', '*', '?', '[ab]', '[!a]');
    const words: Record<string, string> = { '*': '.*', '?': '.', '[!a]': '[^a]' };
    await fc.assert(
      fc.asyncProperty(
        fc.array(part, { minLength: 1, maxLength: 6 }).filter((parts) => parts.join('') !== '**'),
        async (parts) => {
          const expression = new RegExp(`^${parts.map((each) => words[each] ?? each).join('')}$`);
          const expected = names.filter((name) => expression.test(name)).map((name) => join('names', name));
          expect(await glob(`names/${parts.join('')}`, workspace.folder)).toEqual(expected);
        },
      ),
      { seed: 1, numRuns: 60 },
    );
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
