import { afterEach, expect, it, jest } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { emptyWorkspace, repository, type Workspace } from './support/workspace.ts';

// A real network on a busy machine.
jest.setTimeout(60_000);

const { argv } = process;
let workspace: Workspace;
afterEach(async () => {
  process.argv = argv;
  await workspace.remove();
});

it('the ten lines of library use in examples/explain.mjs write the same picture as the command', async () => {
  workspace = await emptyWorkspace();
  const image = join(repository, 'packages/cli/samples/coffee.png');
  const explained = join(workspace.folder, 'explained.png');
  const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  process.argv = ['node', 'explain.mjs', image, explained];
  await import(join(repository, 'examples/explain.mjs'));
  expect(log.mock.calls).toEqual([[`espresso, 95.1 %: see ${explained}`]]);

  expect((await workspace.cli(['explain', image, '--quiet'])).code).toBe(0);
  const theirs = await readFile(join(workspace.folder, 'out/coffee.gradcam.top1.png'));
  expect((await readFile(explained)).equals(theirs)).toBe(true);
});
