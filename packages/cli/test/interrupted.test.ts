import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fakeWorkspace, quarter, type Workspace } from './support/workspace.ts';

// Each process compiles its sources first.
jest.setTimeout(120_000);

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

let workspace: Workspace;
beforeEach(async () => {
  workspace = await fakeWorkspace();
  const { folder, write } = workspace;
  const plugins = ['fake-plugin.mjs', 'fake-metrics.mjs', 'blocking-plugin.mjs'];
  for (const name of plugins) await cp(here(`./support/${name}`), join(folder, name));
  await write('understory.config.json', JSON.stringify({ plugins: plugins.map((name) => `./${name}`) }));
});
afterEach(() => workspace.remove());

/** Runs the command in a process of its own, which is interrupted when `said` is found in what it prints. */
function interrupt(argv: readonly string[], signal: NodeJS.Signals, said: string) {
  const child = spawn(
    process.execPath,
    [
      ...['--conditions=@understory/source', '--disable-warning=ExperimentalWarning'],
      ...[
        '--import',
        here('../../experiments/test/support/typescript.mjs'),
        here('./support/run-understory.ts'),
        ...argv,
      ],
    ],
    { cwd: workspace.folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const text = { stdout: '', stderr: '' };
  let sent: number | undefined;
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk) => {
      text[name] += String(chunk);
      if (sent !== undefined || !text[name].includes(said)) return;
      sent = performance.now();
      child.kill(signal);
    });
  }
  return new Promise<{ code: number | null; signal: string | null; seconds: number; stdout: string; stderr: string }>(
    (resolve) =>
      child.on('close', (code, ended) => {
        const seconds = (performance.now() - (sent ?? NaN)) / 1000;
        resolve({ code, signal: ended, seconds, ...text });
      }),
  );
}

const filesIn = async (folder: string) => (await readdir(join(workspace.folder, folder))).sort();

describe('a command whose thread is blocked', () => {
  it('ends by the signal, keeps every map that was made and lists those, unfinished images included', async () => {
    await workspace.write('block', '');
    const outcome = await interrupt(
      [
        ...['explain', 'red.png', 'photos', '--model', 'model/tiny.fake.json', '--explainer', 'brightness,blocking'],
        ...['--batch', '1', '--json', '--out', 'out'],
      ],
      'SIGINT',
      'blocked',
    );
    expect([outcome.signal, outcome.seconds < 5]).toEqual(['SIGINT', true]);
    const files = ['blue.blocking', 'blue.brightness', 'green.brightness', 'red.blocking', 'red.brightness'];
    expect(await filesIn('out')).toEqual(files.map((name) => `${name}.top1.png`));
    const { images, failures, model } = JSON.parse(outcome.stdout);
    expect(model.backend).toBe('fake');
    expect(
      images.map(({ image, maps }: { image: string; maps: { files: object }[] }) => [
        image,
        maps.map(({ files: own }) => own),
      ]),
    ).toEqual([
      ['red.png', [{ overlay: 'out/red.brightness.top1.png' }, { overlay: 'out/red.blocking.top1.png' }]],
      ['photos/blue.png', [{ overlay: 'out/blue.brightness.top1.png' }, { overlay: 'out/blue.blocking.top1.png' }]],
      ['photos/green.png', [{ overlay: 'out/green.brightness.top1.png' }]],
    ]);
    expect(failures).toEqual([
      { error: expect.objectContaining({ code: 'INTERRUPTED', found: '2 of 3 images done' }) },
    ]);
    const last = outcome.stderr.trimEnd().split('\n').at(-1)!;
    expect(JSON.parse(last)).toEqual(failures[0]);
  });

  it('goes on where it was stopped, to the rows of a run that never was', async () => {
    for (const [place, colour] of ['red', 'green', 'blue'].entries()) {
      const pixel = [0, 1, 2].map((channel) => (channel === place ? 255 : 0)) as [number, number, number];
      for (const copy of [1, 2]) await workspace.write(`data/${colour}/${copy}.png`, await quarter(pixel));
    }
    const argv = [
      ...['evaluate', 'folder:data', '--model', 'model/tiny.fake.json', '--explainer', 'blocking', '--metric', 'mass'],
      ...['--examples', '0', '--out'],
    ];
    await workspace.write('block', '');
    const stopped = await interrupt([...argv, 'stopped'], 'SIGTERM', 'blocked');
    expect([stopped.signal, stopped.seconds < 5]).toEqual(['SIGTERM', true]);
    expect(stopped.stderr).toContain('code      INTERRUPTED');
    expect(stopped.stderr).toContain('run the same command again to resume');

    await rm(join(workspace.folder, 'block'));
    const runtime = `node ${process.versions.node} on ${process.platform} ${process.arch}`;
    for (const folder of ['stopped', 'whole']) {
      expect(await workspace.cli([...argv, folder, '--quiet'], { runtime })).toMatchObject({ code: 0, stderr: '' });
    }
    expect(await filesIn('stopped')).toEqual(await filesIn('whole'));
    const rows = async (folder: string) => readFile(join(workspace.folder, folder, 'tables/measurements.csv'), 'utf8');
    expect(await rows('stopped')).toMatch(/(.*blocking.*\s){6}/);
    expect(await rows('stopped')).toBe(await rows('whole'));
  });

  it('ends while ONNX Runtime runs a loop that it cannot leave', async () => {
    const plugins = ['@understory/backend-onnx', './blocking-plugin.mjs'];
    await workspace.write('understory.config.json', JSON.stringify({ plugins }));
    // 900,000 products of 192 x 192, which take minutes, before a mean over each channel.
    await cp(here('./support/long-loop.onnx'), join(workspace.folder, 'loop.onnx'));
    const asked = ['explain', 'red.png', '--model', 'loop.onnx', '--size', '8', '--explainer', 'blocking'];
    const outcome = await interrupt(asked, 'SIGINT', 'loop  onnx on cpu');
    // The signal may come before the loop is begun, and the command then ends itself.
    expect([
      [2, null],
      [null, 'SIGINT'],
    ]).toContainEqual([outcome.code, outcome.signal]);
    expect(outcome.seconds).toBeLessThan(5);
    expect(outcome.stderr).toContain('code      INTERRUPTED');
    expect(await filesIn('out')).toEqual([]);
  });
});
