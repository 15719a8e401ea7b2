import { afterEach, expect, it, jest } from '@jest/globals';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { EvaluationRow } from '@understory/studies';
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

it('the program of examples/study.mjs measures what the command does, and tells the means', async () => {
  workspace = await emptyWorkspace();
  const { folder } = workspace;
  await cp(join(repository, 'packages/cli/samples/coffee.png'), join(folder, 'photos/coffee.png'));
  const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  const progress = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  log.mockClear();
  process.argv = ['node', 'study.mjs', join(folder, 'photos'), join(folder, 'own')];
  await import(join(repository, 'examples/study.mjs'));
  expect(progress.mock.calls.at(-1)).toEqual(['1/1']);

  const rowsOf = async (run: string) => {
    const [line] = (await readFile(join(folder, run, 'rows.jsonl'), 'utf8')).split('\n');
    return (JSON.parse(line!) as { rows: readonly EvaluationRow[] }).rows;
  };
  const rows = await rowsOf('own');
  expect(rows.map(({ item, explainer, metric }) => [item, explainer, metric])).toEqual([
    ['coffee', 'gradcam', 'deletion:steps=10'],
    ['coffee', 'random', 'deletion:steps=10'],
  ]);
  const told = rows.map(({ explainer, value }) => [`${explainer} ${value!.toFixed(3)}`]);
  expect(log.mock.calls).toEqual([...told, [expect.stringMatching(/^1 images: see .*own, or understory report/)]]);
  expect(rows[0]!.value).toBeCloseTo(0.456, 2);
  expect(rows[1]!.value).toBeCloseTo(0.3, 2);

  const images = { from: [join(folder, 'photos')] };
  const study = {
    version: 1,
    study: 'evaluate',
    model: 'efficientnet-lite0',
    images,
    explainers: ['gradcam', 'random'],
    seed: 1,
  };
  await workspace.write('spec.json', JSON.stringify({ ...study, metrics: ['deletion:steps=10'] }));
  const { code, stderr } = await workspace.cli(['run', 'spec.json', '--out', 'command', '--quiet']);
  expect([code, stderr]).toEqual([0, '']);
  expect(await rowsOf('command')).toEqual(rows);
});

it('the ten lines of examples/gradient.mjs, which stand in the README, compute what finite differences do', async () => {
  workspace = await emptyWorkspace();
  const code = await readFile(join(repository, 'examples/gradient.mjs'), 'utf8');
  const shown = code.split('\n').slice(1).join('\n').trim();
  expect(await readFile(join(repository, 'README.md'), 'utf8')).toContain(`\`\`\`js\n${shown}\n\`\`\``);

  const model = join(repository, 'packages/zoo/models/cifar10-resnet/onnx/model.onnx');
  const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  log.mockClear();
  process.argv = ['node', 'gradient.mjs', model];
  await import(join(repository, 'examples/gradient.mjs'));
  const [[said]] = log.mock.calls as [[string]];
  const [, told] = /^\+1 everywhere: the logit of "cat" changes by (-?[\d.]+)$/.exec(said)!;

  const session = await InferenceSession.create(model);
  const catAt = async (level: number) => {
    const input = new Tensor('float32', new Float32Array(3 * 32 * 32).fill(level), [1, 3, 32, 32]);
    return Number((await session.run({ input }))['logits']!.data[3]);
  };
  const step = 1e-3;
  expect(Number(told)).toBeCloseTo(((await catAt(0.5 + step)) - (await catAt(0.5 - step))) / (2 * step), 1);
  await session.release();
});
