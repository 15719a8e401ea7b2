import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { orchardScene, render } from '@understory/datasets/orchard';
import { encodePng } from '@understory/imaging/sharp';
import sharp from 'sharp';
import { emptyWorkspace, repository, type Workspace } from './support/workspace.ts';

jest.setTimeout(120_000);

let workspace: Workspace;
beforeAll(async () => {
  workspace = await emptyWorkspace();
  const scene = orchardScene(6, 0, { difficulty: 'easy', background: 'plain', size: 64 });
  const [left, right] = scene.objects;
  const apples = [
    { ...left!, kind: 'apple' as const, colour: 'red' as const },
    { ...right!, kind: 'apple' as const, colour: 'green' as const },
  ];
  await workspace.write('apples.png', await encodePng(render({ ...scene, objects: apples })));
  await cp(join(repository, 'fixtures/golden/clip/siglip/transformers'), join(workspace.folder, 'siglip'), {
    recursive: true,
  });
  await cp(join(repository, 'fixtures/golden/clip/vit'), join(workspace.folder, 'vit'), { recursive: true });
});
afterAll(() => workspace.remove());

const file = (path: string) => readFile(join(workspace.folder, path), 'utf8');
const sighted = ['--model', 'orchard-clip-sighted'];
const fruit = ['--text', 'a red apple', 'a green pear'];

describe('explain with captions', () => {
  it('draws a row of maps, one for each caption and contrast, with the words below; the page has them too', async () => {
    const argv = ['explain', 'apples.png', ...sighted, ...fruit, '--against', 'a lemon'];
    const { code, stdout } = await workspace.cli([...argv, '--sheet', '--html', '--json', '--out', 'figure']);
    expect(code).toBe(0);
    const { model, images } = JSON.parse(stdout) as ExplainedJson;
    expect(model.textSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(model.textSha256).not.toBe(model.sha256);
    const [{ answer, maps, words }] = images;
    const scoreOf = (label: string) => answer.options.find((option) => option.label === label)!.score;
    expect(maps.map(({ explained }) => explained.label)).toEqual([
      'a red apple',
      'a green pear',
      'a lemon',
      'a red apple − a lemon',
      'a green pear − a lemon',
    ]);
    expect(maps[0].explained.value).toBeCloseTo(scoreOf('a red apple'), 3);
    expect(maps[3].explained.value).toBeCloseTo(scoreOf('a red apple') - scoreOf('a lemon'), 3);
    const page = await file('figure/explanation.html');
    for (const { text, words: parts } of words) {
      expect(parts.map((part) => part.text)).toEqual(text.split(' '));
      const most = Math.max(...parts.map(({ occlusion }) => Math.abs(occlusion)));
      for (const { occlusion } of parts) {
        const kind = occlusion < 0 ? 'against' : 'for';
        expect(page).toMatch(
          new RegExp(`class="${kind}"\\s+style="--weight: ${(Math.abs(occlusion) / most).toFixed(3)}"`),
        );
      }
    }
    // The picture and five maps stand in two rows of three.
    const sheet = await sharp(join(workspace.folder, 'figure/sheet.png')).metadata();
    expect(sheet.width).toBeGreaterThan(3 * 224);
    expect(sheet.width).toBeLessThan(7 * 224);
    expect(sheet.height).toBeGreaterThan(224);
  });

  it('takes every explainer that applies to a model without a linear head and without ReLU', async () => {
    const argv = ['explain', 'apples.png', '--model', 'siglip', '--text', 'a red apple', '--explainer', 'all'];
    const { code, stdout, stderr } = await workspace.cli([...argv, '--json', '--out', 'all']);
    expect(code).toBe(0);
    expect(stderr).toContain('cam does not apply to this model');
    const { images, skipped } = JSON.parse(stdout) as ExplainedJson;
    expect(skipped.map(({ explainer }) => explainer)).toEqual(['cam', 'guided-backpropagation', 'lrp', 'deeplift']);
    expect(images[0].maps.map(({ explainer }) => explainer)).toEqual([
      ...['eigencam', 'attention-rollout'],
      ...['gradcam', 'gradcam++', 'layercam', 'hirescam', 'xgradcam', 'shapleycam', 'eigengradcam', 'dff'],
      ...['saliency', 'smoothgrad', 'integrated-gradients', 'input-x-gradient', 'fullgrad', 'generic-attention'],
      ...['rise', 'occlusion', 'lime', 'kernelshap', 'scorecam', 'ablationcam'],
      ...['random', 'centre', 'sobel', 'randomised'],
    ]);
    const { value } = images[0].maps[0].explained;
    for (const { explained, range } of images[0].maps) {
      expect(explained).toMatchObject({ target: 'caption:1', value });
      expect(range[0]).toBeLessThanOrEqual(range[1]);
    }
  });

  it('prepares pictures as the paper does and takes its layer', async () => {
    const argv = ['explain', 'apples.png', ...sighted, ...fruit, '--preset', 'paper', '--json', '--out', 'paper'];
    const { preprocessing, images } = JSON.parse((await workspace.cli(argv)).stdout) as ExplainedJson;
    expect(preprocessing).toMatchObject({
      resize: { kind: 'exact', height: 64, width: 64, filter: 'bilinear' },
      ...{ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    });
    expect(images[0].maps[0].layer).toContain('/visual/layer4/');
  });

  it.each([
    [['--model', 'vit/transformers/onnx/vision_model_quantized.onnx', ...fruit], 'NO_SPATIAL_LAYER', 'visual.ln_pre'],
    [['--model', 'efficientnet-lite0', ...fruit], 'CAPTIONS_NOT_READ', 'input'],
    [[...sighted, '--text', 'a pear', ' '], 'CAPTION_EMPTY', '" "'],
  ])('%j ends in %s', async (argv, code, found) => {
    const ended = await workspace.cli(['explain', 'apples.png', ...argv, '--out', 'wrong']);
    expect(ended.code).toBe(2);
    expect(`${ended.stdout}${ended.stderr}`).toMatch(new RegExp(`code +${code}`));
    expect(`${ended.stdout}${ended.stderr}`).toContain(found);
  });
});

describe('studies with captions', () => {
  it('attack towards a caption', async () => {
    const argv = ['attack', 'pgd', 'apples.png', ...sighted, ...fruit, '--target', 'caption:2', '--out', 'attack'];
    expect((await workspace.cli(argv)).code).toBe(0);
    const row = await rowOf('attack/tables/attacks.csv');
    expect(row).toMatchObject({
      originalLabel: 'a red apple',
      targetLabel: 'caption:2 (a green pear)',
      success: 'true',
      savedSuccess: 'true',
    });
    expect(Number(row['value.saved'])).toBeGreaterThan(Number(row['value.original']) + 2);
    const picture = 'attack/adversarial/apples/all.png';
    const { stdout } = await workspace.cli(['explain', picture, ...sighted, ...fruit, '--json', '--out', 'after']);
    const [{ answer }] = (JSON.parse(stdout) as ExplainedJson).images;
    expect(answer.decision).toBe('a green pear');
    const after = answer.options.find(({ label }) => label === 'a green pear')!.score;
    expect(after).toBeCloseTo(Number(row['value.saved']), 2);
  });

  it('evaluate maps of captions by their scores, RISE among them', async () => {
    await cp(join(workspace.folder, 'apples.png'), join(workspace.folder, 'data/apples/1.png'));
    const more = ['--explainer', 'gradcam,rise:masks=32', '--metric', 'deletion', '--out', 'evaluation'];
    const argv = ['evaluate', 'folder:data', ...sighted, ...fruit, ...more];
    expect((await workspace.cli(argv)).code).toBe(0);
    const row = await rowOf('evaluation/tables/measurements.csv');
    expect(row).toMatchObject({ targetLabel: 'caption:1 (a red apple)', explainer: 'gradcam' });
    expect(Number(row['details.original'])).toBeGreaterThan(Number(row['details.perturbed']));
    expect(Number(row['value'])).toBeGreaterThan(0);
    expect(Number(row['value'])).toBeLessThan(1);
    const { model } = JSON.parse(await file('evaluation/run.json')) as { model: { textSha256: string } };
    expect(model.textSha256).toMatch(/^[0-9a-f]{64}$/);
    expect((await workspace.cli([...argv, '--explainer', 'gradcam,rise:masks=32'])).code).toBe(0);
    expect((await workspace.cli(['report', 'evaluation'])).code).toBe(0);
    expect(await file('evaluation/report.html')).toContain(model.textSha256);
  });

  it('shuffle pictures, whose captions change their scores', async () => {
    const argv = ['probe', 'shuffle', 'apples.png', ...sighted, ...fruit, '--grid', '2', '--out', 'shuffle'];
    const { code, stdout } = await workspace.cli([...argv, '--json']);
    expect(code).toBe(0);
    const { summary } = JSON.parse(stdout) as { summary: { estimates: { measure: string; estimate: number }[] } };
    const same = summary.estimates.find(({ measure }) => measure === 'same-answer')!;
    expect(same.estimate).toBeGreaterThanOrEqual(0);
    expect(same.estimate).toBeLessThanOrEqual(1);
    const change = summary.estimates.find(({ measure }) => measure === 'number-change')!;
    expect(change.estimate).not.toBe(0);
  });

  it('refuse to go on in the folder of another text tower', async () => {
    const argv = [
      'probe',
      'shuffle',
      'apples.png',
      '--model',
      'vit/immich',
      ...fruit,
      '--grid',
      '2',
      '--explainer',
      'none',
    ];
    expect((await workspace.cli([...argv, '--out', 'resumed'])).code).toBe(0);
    const tower = join(workspace.folder, 'vit/immich/textual/model.onnx');
    const bytes = await readFile(tower);
    // The name of who made the file; a byte of it changes nothing else.
    const at = bytes.indexOf('pytorch');
    expect(at).toBeGreaterThan(0);
    bytes[at] = 'q'.charCodeAt(0);
    await writeFile(tower, bytes);
    const { code, stderr } = await workspace.cli([...argv, '--out', 'resumed']);
    expect(code).toBe(2);
    expect(stderr).toContain('model.textSha256: stored');
  });
});

interface ExplainedJson {
  readonly model: { readonly sha256: string; readonly textSha256?: string };
  readonly preprocessing: unknown;
  readonly skipped: readonly { readonly explainer: string }[];
  readonly images: readonly [
    {
      readonly answer: {
        readonly decision: string;
        readonly options: readonly { readonly label: string; readonly score: number }[];
      };
      readonly maps: readonly ExplainedMap[] & Readonly<Record<0 | 3, ExplainedMap>>;
      readonly words: readonly {
        readonly text: string;
        readonly words: readonly { readonly text: string; readonly occlusion: number }[];
      }[];
    },
  ];
}

interface ExplainedMap {
  readonly explainer: string;
  readonly layer: string | null;
  readonly range: readonly [number, number];
  readonly explained: { readonly target: string; readonly label: string; readonly value: number };
}

/** The first row of a table whose cells hold no commas. */
async function rowOf(path: string): Promise<Readonly<Record<string, string>>> {
  const [names = '', cells = ''] = (await file(path)).split('\n');
  const values = cells.split(',');
  return Object.fromEntries(names.split(',').map((name, at) => [name, values[at] ?? '']));
}
