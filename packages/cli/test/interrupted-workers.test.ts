import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fakeWorkspace, quarter, type Workspace } from './support/workspace.ts';

// Each process and each of its threads compiles its sources first.
jest.setTimeout(180_000);

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const images = 12;

let workspace: Workspace;
beforeEach(async () => {
  workspace = await fakeWorkspace();
  const { folder, write } = workspace;
  const files = ['fake-plugin.mjs', 'fake-metrics.mjs', 'slow-plugin.mjs'];
  for (const name of files) await cp(here(`./support/${name}`), join(folder, name));
  const plugins = [...files.map((name) => `./${name}`), '@understory/executor-threads'];
  await write('understory.config.json', JSON.stringify({ plugins }));
  for (let at = 0; at < images; at += 1) {
    await write(`data/red/${at}.png`, await quarter([255, 20 * at, 0]));
  }
});
afterEach(() => workspace.remove());

const argv = [
  ...['evaluate', 'folder:data', '--model', 'model/tiny.fake.json', '--explainer', 'slow', '--metric', 'mass'],
  ...['--examples', '0', '--quiet', '--workers', '2', '--out', 'out'],
];

/** Runs the command in a process of its own, which gets SIGINT once so many images are in its run folder. */
async function command(interruptAfter: number) {
  const child = spawn(
    process.execPath,
    [
      ...['--conditions=@understory/source', '--disable-warning=ExperimentalWarning', '--import'],
      ...[here('../../experiments/test/support/typescript.mjs'), here('./support/run-understory.ts'), ...argv],
    ],
    { cwd: workspace.folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const timer = setInterval(() => {
    void finished().then((count) => {
      if (count < interruptAfter) return;
      clearInterval(timer);
      child.kill('SIGINT');
    });
  }, 20);
  const ended = await new Promise<readonly [number | null, string | null]>((resolve) =>
    child.on('close', (code, signal) => resolve([code, signal])),
  );
  clearInterval(timer);
  return { ended, stderr };
}

/** How many images have lines in the log. */
async function finished(): Promise<number> {
  const text = await readFile(join(workspace.folder, 'out/rows.jsonl'), 'utf8').catch(() => '');
  return text.split('\n').filter((line) => line.includes('"at":')).length;
}

it('is interrupted while workers are at work, and goes on to the tables of one process', async () => {
  const stopped = await command(2);
  // The command ends itself where the images under way are done in time, else by the signal: 130 in a shell.
  expect([
    [2, null],
    [null, 'SIGINT'],
  ]).toContainEqual(stopped.ended);
  expect(stopped.stderr).toContain('code      INTERRUPTED');
  expect(stopped.stderr).toContain('run the same command again to resume');
  const before = await finished();
  expect(before).toBeGreaterThanOrEqual(2);
  expect(before).toBeLessThan(images);

  expect(await command(Infinity)).toEqual({ ended: [0, null], stderr: '' });
  const alone = argv.flatMap((each) => (each === '2' ? ['1'] : each === 'out' ? ['alone'] : [each]));
  const runtime = `node ${process.versions.node} on ${process.platform} ${process.arch}`;
  expect(await workspace.cli(alone, { runtime })).toMatchObject({ code: 0, stderr: '' });
  const tables = async (folder: string) => {
    const path = join(workspace.folder, folder, 'tables');
    return Promise.all((await readdir(path)).sort().map(async (name) => [name, await readFile(join(path, name))]));
  };
  expect(await tables('out')).toEqual(await tables('alone'));
  expect(await readFile(join(workspace.folder, 'out/tables/measurements.csv'), 'utf8')).toMatch(/(.*slow.*\s){12}/);
});
