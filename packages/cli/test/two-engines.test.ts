import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AttackRow, EvaluationRow } from '@understory/studies';
import { emptyWorkspace, repository, type Workspace } from './support/workspace.ts';

// WebAssembly and ONNX Runtime are loaded, on a busy machine.
jest.setTimeout(120_000);

let workspace: Workspace;
beforeAll(async () => {
  workspace = await emptyWorkspace();
  await cp(join(repository, 'packages/cli/samples'), join(workspace.folder, 'photos/cat'), {
    recursive: true,
    filter: (path) => !/\.(md|json)$/.test(path),
  });
});
afterAll(() => workspace.remove());

const network = ['--model', 'cifar10-resnet', '--quiet', '--device', 'onnx=cpu', '--device', 'tfjs=wasm'];
const backendsOf = (ids: readonly string[]) => ids.flatMap((id) => ['--backend', id]);

/** In the order of the images, whichever was done first. */
async function rowsOf<Row extends { readonly item: string }>(out: string): Promise<Row[]> {
  const lines = (await readFile(join(workspace.folder, out, 'rows.jsonl'), 'utf8')).trim().split('\n');
  const rows = lines.flatMap((line) => (JSON.parse(line) as { rows?: Row[] }).rows ?? []);
  return rows.sort((left, right) => (left.item < right.item ? -1 : 1));
}

async function run(argv: readonly string[], ...ids: readonly string[]) {
  const { code, stdout, stderr } = await workspace.cli([...argv, ...network, ...backendsOf(ids)]);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

describe('ONNX Runtime and TensorFlow.js in one process', () => {
  it('explain the same: classes to 1e-4, ranges of maps to 1e-3 of the largest', async () => {
    const explain = async (...ids: readonly string[]) =>
      JSON.parse(
        await run(['explain', 'photos/cat', '--explainer', 'cam,gradcam,saliency', '--no-overlay', '--json'], ...ids),
      );
    const [onnx, tfjs, both] = [
      await explain('onnx'),
      await explain('tfjs'),
      await explain('onnx', 'explain-gradcam=tfjs'),
    ];
    expect(both.backends).toMatchObject([
      { backend: 'onnx', executionProvider: 'cpu', computes: ['predictions', 'explainer cam', 'explainer saliency'] },
      { backend: 'tfjs', executionProvider: 'wasm', computes: ['explainer gradcam'] },
    ]);
    expect(both.backends[1].sha256).toBe(both.backends[0].sha256);
    expect(tfjs.backends[0].sha256).not.toBe(onnx.backends[0].sha256);
    for (const [at, image] of onnx.images.entries()) {
      // What one backend computes is the same, bit by bit, whether the other is there or not.
      expect(both.images[at].top).toEqual(image.top);
      expect([both.images[at].maps[0], both.images[at].maps[2]]).toEqual([image.maps[0], image.maps[2]]);
      // Alone TensorFlow.js reads the network in its own format, beside ONNX Runtime in that which both read.
      both.images[at].maps[1].range.forEach((end: number, place: number) =>
        expect(end).toBeCloseTo(tfjs.images[at].maps[1].range[place], 5),
      );
      for (const [place, score] of image.top.entries()) {
        expect(tfjs.images[at].top[place].logit).toBeCloseTo(score.logit, 4);
      }
      for (const [place, map] of image.maps.entries()) {
        const [low, high] = map.range;
        const other = tfjs.images[at].maps[place];
        expect(other.size).toEqual(map.size);
        expect(Math.abs(other.range[0] - low)).toBeLessThan(1e-3 * (high - low) + 1e-9);
        expect(Math.abs(other.range[1] - high)).toBeLessThan(1e-3 * (high - low) + 1e-9);
      }
    }
  });

  it('read one file of a network in two formats, whatever says which backend runs a plugin', async () => {
    const asked = ['explain', 'photos/cat', '--explainer', 'cam,gradcam', '--no-overlay', '--json'];
    const { backends } = JSON.parse(await run(asked, 'explain-gradcam=tfjs'));
    expect(backends).toMatchObject([
      { backend: 'onnx', computes: ['predictions', 'explainer cam'] },
      { backend: 'tfjs', computes: ['explainer gradcam'] },
    ]);
    expect(backends[1].sha256).toBe(backends[0].sha256);
    // A plugin that takes no part has no say in which file is read.
    const alone = JSON.parse(await run(asked, 'tfjs', 'attack-pgd=onnx'));
    expect(alone.backends).toMatchObject([{ backend: 'tfjs' }]);
    expect(alone.backends[0].sha256).not.toBe(backends[0].sha256);
  });

  it('know a layer by the name of its module', async () => {
    const at = (id: string) => run(['explain', 'photos/cat', '--layer', 'stage2.1', '--no-overlay', '--json'], id);
    const [onnx, tfjs] = [JSON.parse(await at('onnx')), JSON.parse(await at('tfjs'))];
    const { size, range } = onnx.images[0].maps[0];
    const other = tfjs.images[0].maps[0];
    expect(other.size).toEqual(size);
    expect(other.range[1]).toBeCloseTo(range[1], 4);
  });

  it('measure the same: deletion on one of maps from the other', async () => {
    const evaluate = async (out: string, ...ids: readonly string[]) => {
      const asked = ['--explainer', 'gradcam', '--metric', 'deletion:steps=8', '--limit', '2', '--out', out];
      await run(['evaluate', 'folder:photos', ...asked], ...ids);
      return (await rowsOf<EvaluationRow>(out)).map(({ value }) => value!);
    };
    const onnx = await evaluate('onnx', 'onnx');
    expect(onnx).toHaveLength(2);
    const both = await evaluate('both', 'onnx', 'metric-faithfulness=tfjs');
    both.forEach((value, at) => expect(value).toBeCloseTo(onnx[at]!, 3));
    const record = JSON.parse(await readFile(join(workspace.folder, 'both/run.json'), 'utf8'));
    expect(record.backends).toMatchObject([
      { backend: 'onnx', computes: ['predictions', 'explainer gradcam'] },
      { backend: 'tfjs', computes: ['metric deletion:steps=8'] },
    ]);
  });

  it('attack the same: steps and success through a mask that the other drew', async () => {
    const attack = async (out: string, ...ids: readonly string[]) => {
      const asked = ['--untargeted', '--epsilon', '8/255', '--steps', '8', '--mask', 'origin-top:0.5', '--no-control'];
      await run(['attack', 'pgd', 'folder:photos', ...asked, '--limit', '2', '--save', 'none', '--out', out], ...ids);
      return (await rowsOf<AttackRow>(out)).map(({ success, evaluations, maskPixels }) => [
        ...[success, evaluations, maskPixels],
      ]);
    };
    const onnx = await attack('attack-onnx', 'onnx');
    expect(onnx).toHaveLength(2);
    expect(await attack('attack-both', 'tfjs', 'explain-gradcam=onnx')).toEqual(onnx);
  });
});

describe('a choice of backends or devices that means nothing is refused', () => {
  const refused: Readonly<Record<string, readonly [readonly string[], string, string]>> = {
    'devices of a backend that is not there': [['--device', 'nope=cpu'], 'UNKNOWN_BACKEND', 'nope'],
    'devices of a backend twice': [['--device', 'tfjs=wasm', '--device', 'tfjs=cpu'], 'USAGE', 'given twice'],
    'devices for everything twice': [['--device', 'cpu', '--device', 'cuda'], 'USAGE', 'given twice'],
    'a backend for a plugin that runs no models': [['--backend', 'backend-onnx=tfjs'], 'USAGE', 'backend-onnx'],
  };

  it.each(Object.keys(refused))('%s', async (name) => {
    const [options, code, says] = refused[name]!;
    const asked = ['explain', 'photos/cat', '--model', 'cifar10-resnet', '--json', ...options];
    const { code: exit, stderr } = await workspace.cli(asked);
    const { error } = JSON.parse(stderr) as { error: { code: string } };
    expect([exit, error.code]).toEqual([2, code]);
    expect(stderr).toContain(says);
  });

  it('a backend that does not read the file, with those that do', async () => {
    await cp(join(repository, 'packages/zoo/models/cifar10-resnet/tfjs'), join(workspace.folder, 'tfjs'), {
      recursive: true,
    });
    const { code, stderr } = await workspace.cli(['inspect', 'tfjs/model.json', '--backend', 'onnx', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stderr).error).toMatchObject({ code: 'BACKEND_CANNOT_READ', found: 'read by tfjs' });
  });
});
