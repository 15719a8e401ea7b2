import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rgbImage } from '@understory/imaging';
import { encodePng } from '@understory/imaging/sharp';
import { emptyWorkspace, repository, type Workspace } from './support/workspace.ts';

jest.setTimeout(120_000);

/** A picture whose values repeat late, so that none of its parts looks like another. */
function picture(width: number, height: number): Promise<Uint8Array> {
  const data = Uint8Array.from({ length: 3 * width * height }, (_, at) => (at * 37 + (at >> 5) * 11) % 256);
  return encodePng(rgbImage(data, width, height));
}

let workspace: Workspace;
beforeAll(async () => {
  workspace = await emptyWorkspace();
  const { folder, write } = workspace;
  const preprocessor = {
    ...{ image_processor_type: 'DetrImageProcessor', do_resize: true, resample: 3, do_rescale: true },
    ...{ size: { shortest_edge: 48, longest_edge: 80 }, do_normalize: true },
    ...{ image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5], do_pad: true },
  };
  // A network that pays no attention to tokens of padding, so that only a mask that is lost changes what it says.
  for (const [name, more] of Object.entries({ plain: {}, padded: { pad_size: { height: 80, width: 80 } } })) {
    await cp(join(repository, 'packages/probe-mdetr/fixtures/vilt'), join(folder, name), { recursive: true });
    await write(`${name}/preprocessor_config.json`, JSON.stringify({ ...preprocessor, ...more }));
  }
  await write('gqa/images/1.png', await picture(64, 48));
  await write('gqa/images/2.png', await picture(48, 64));
  await write(
    'gqa/val_balanced_questions.json',
    JSON.stringify({
      7: { question: 'What color is the left apple?', imageId: '1', answer: 'red' },
      8: { question: 'Is the apple left or right?', imageId: '2', answer: 'left' },
    }),
  );
});
afterAll(() => workspace.remove());

type Row = Readonly<Record<string, unknown>>;

/** The rows of a run by their image, to five digits. */
async function rowsOf(
  argv: readonly string[],
  model: string,
  run: string,
): Promise<ReadonlyMap<string, readonly Row[]>> {
  const out = `${run}-${model}`;
  const { code, stderr } = await workspace.cli([...argv, '--model', model, '--out', out, '--quiet']);
  expect([code, stderr]).toEqual([0, '']);
  const lines = (await readFile(join(workspace.folder, out, 'rows.jsonl'), 'utf8')).trim().split('\n');
  const rounded = (_: string, value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value);
  const entries = lines.map((line) => JSON.parse(line, rounded) as { item?: string; rows?: readonly Row[] });
  return new Map(entries.flatMap(({ item, rows }) => (item === undefined || rows === undefined ? [] : [[item, rows]])));
}

describe('pictures of two sizes, and the same with padding and a mask of it', () => {
  it('give the same rows of a probe', async () => {
    const argv = ['probe', 'mdetr', 'gqa:gqa'];
    const plain = await rowsOf(argv, 'plain', 'probe');
    expect([...plain.keys()].sort()).toEqual(['images/1.png', 'images/2.png']);
    expect(plain.get('images/1.png')![0]).toMatchObject({ question: 'What color is the left apple?', said: ['red'] });
    expect(await rowsOf(argv, 'padded', 'probe')).toEqual(plain);
  });

  it('give the same rows of an attack, which leaves the padding as it is', async () => {
    const asked = ['--question', 'What color is the left apple?', '--target', 'answer:blue', '--steps', '5'];
    const argv = ['attack', 'pgd', 'gqa/images', ...asked, '--mask', 'all'];
    const [plain, padded] = [await rowsOf(argv, 'plain', 'attack'), await rowsOf(argv, 'padded', 'attack')];
    const facts = ({ originalLabel, maskPixels, evaluations, targetProbability, linf, l0 }: Row) => ({
      ...{ originalLabel, maskPixels, evaluations, targetProbability, linf, l0 },
    });
    for (const [item, rows] of plain) expect(padded.get(item)!.map(facts)).toEqual(rows.map(facts));
    expect(plain.get('1')![0]).toMatchObject({ maskPixels: 64 * 48, evaluations: 5 });
  });

  it('give the same measures of maps, since metrics see no padding', async () => {
    const asked = ['--question', 'What color is the left apple?', '--explainer', 'gradcam'];
    const metrics = [
      'deletion:steps=8',
      'insertion:steps=8',
      'road:steps=3',
      'average-drop',
      'sparseness',
      'faithfulness-correlation:draws=4',
      'monotonicity-correlation:steps=4,draws=2',
      'infidelity:patch=24',
      'region-perturbation:patch=16,regions=3',
      'max-sensitivity:draws=2',
      'sanity:stages=1',
    ];
    const argv = ['evaluate', 'gqa:gqa', ...asked, ...metrics.flatMap((metric) => ['--metric', metric])];
    const plain = await rowsOf(argv, 'plain', 'evaluate');
    const [first] = plain.get('images/1.png')!;
    expect(first).toMatchObject({ predictedLabel: 'red', value: expect.any(Number) });
    expect(await rowsOf(argv, 'padded', 'evaluate')).toEqual(plain);
  });
});
