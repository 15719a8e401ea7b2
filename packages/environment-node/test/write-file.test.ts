import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareFolder, writeWhole } from '../src/write-file.ts';
import { emptyWorkspace, type Workspace } from './support/workspace.ts';

let workspace: Workspace;
beforeAll(async () => void (workspace = await emptyWorkspace()));
afterAll(() => workspace.remove());

const refused = expect.objectContaining({ code: 'OUTPUT_NOT_WRITABLE' });

describe('writeWhole', () => {
  it('writes a file over an earlier one and leaves nothing beside it', async () => {
    const folder = join(workspace.folder, 'whole');
    await prepareFolder(folder);
    await writeWhole(join(folder, 'a.png'), 'first');
    await writeWhole(join(folder, 'a.png'), Uint8Array.of(1, 2, 3));
    expect([...(await readFile(join(folder, 'a.png')))]).toEqual([1, 2, 3]);
    expect(await readdir(folder)).toEqual(['a.png']);
  });

  it('leaves nothing behind where it cannot', async () => {
    await workspace.write('taken/a.png/inside', '');
    await expect(writeWhole(join(workspace.folder, 'taken', 'a.png'), 'x')).rejects.toEqual(refused);
    await expect(writeWhole(join(workspace.folder, 'nowhere', 'a.png'), 'x')).rejects.toEqual(refused);
    expect(await readdir(join(workspace.folder, 'taken'))).toEqual(['a.png']);
  });

  it('says so of a name that is too long for the disk', async () => {
    await expect(writeWhole(join(workspace.folder, 'n'.repeat(300)), 'x')).rejects.toMatchObject({
      found: 'the name is too long',
    });
    expect((await readdir(workspace.folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('prepareFolder', () => {
  it('makes folders within folders', async () => {
    await prepareFolder(join(workspace.folder, 'a/b/c'));
    expect(await readdir(join(workspace.folder, 'a/b/c'))).toEqual([]);
  });

  // Node's own recursive mkdir never returns from there.
  it('refuses a place where the system makes no folders', async () => {
    await expect(prepareFolder(process.platform === 'linux' ? '/proc/understory' : '\0')).rejects.toEqual(refused);
  });

  it('refuses a place where nothing can be written', async () => {
    await workspace.write('file', '');
    await expect(prepareFolder(join(workspace.folder, 'file'))).rejects.toEqual(refused);
  });
});
