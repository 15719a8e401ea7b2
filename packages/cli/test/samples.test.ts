import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fakeWorkspace, type Workspace } from './support/workspace.ts';

const samples = fileURLToPath(new URL('./samples/', import.meta.url));

let workspace: Workspace;
beforeAll(async () => void (workspace = await fakeWorkspace()));
afterAll(() => workspace.remove());

/** A folder a case: `command.json` is the command line and what it ends with, `stdout.txt` and `stderr.txt` are what it prints. */
describe('a command line', () => {
  it.each(readdirSync(samples))('%s', async (name) => {
    const read = (file: string) => readFile(join(samples, name, file), 'utf8');
    const {
      argv,
      code,
      files = [],
    } = JSON.parse(await read('command.json')) as {
      argv: readonly string[];
      code: number;
      files?: readonly string[];
    };
    const outcome = await workspace.cli([...argv, ...(files.length > 0 ? ['--out', name] : [])]);
    const plain = (text: string) => text.replaceAll(workspace.folder, '<folder>');
    expect(plain(outcome.stdout)).toBe(await read('stdout.txt'));
    expect(plain(outcome.stderr)).toBe(await read('stderr.txt'));
    expect(outcome.code).toBe(code);
    if (files.length > 0) expect((await readdir(join(workspace.folder, name))).sort()).toEqual(files);
  });
});
