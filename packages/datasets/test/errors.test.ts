import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { reasonOf } from '../src/errors.ts';
import { folderWith } from './fixtures.ts';

describe('reasonOf', () => {
  it('says what a system error means, and leaves out the path', async () => {
    const reason = (path: string) => readFile(path).then(() => 'no error', reasonOf);
    const folder = folderWith();
    expect(await reason(`${folder}/nowhere`)).toBe('no such file');
    expect(await reason(folder)).toBe('a folder');
    expect(reasonOf({ code: 'EACCES', message: "EACCES: permission denied, open '/somewhere'" })).toBe(
      'no permission to read it',
    );
  });

  it('takes the first line of any other error, and what is no error as it is', () => {
    expect(reasonOf(new Error('bad page\nand a stack'))).toBe('bad page');
    expect(reasonOf('nonsense')).toBe('nonsense');
    expect(reasonOf(undefined)).toBe('undefined');
  });
});
