import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { orchardScene, render } from '@understory/datasets/orchard';
import { encodePng } from '@understory/imaging/sharp';
import { Node } from '@understory/onnx-autodiff';
import type { ComparisonSummary, DiagnosisSummary } from '@understory/studies';
import { onnxModel } from './support/onnx-model.ts';
import { emptyWorkspace, type Workspace } from './support/workspace.ts';

// Several real networks on a busy machine.
jest.setTimeout(240_000);

let workspace: Workspace;
beforeAll(async () => {
  workspace = await emptyWorkspace();
  const { write } = workspace;
  for (const seed of [3, 4]) {
    const scene = orchardScene('compare', seed, { size: 96, clutter: 1 });
    await write(`scenes/${seed}.png`, await encodePng(render(scene)));
    await write(`small/${seed}.png`, await encodePng(render(orchardScene('small', seed, { size: 16 }))));
  }
  const tower = (more: readonly Node[]) => [
    Node.of('AveragePool', ['x'], ['pooled'], { kernel_shape: [2, 2], strides: [2, 2] }),
    Node.of('Relu', ['pooled'], ['map']),
    Node.of('GlobalAveragePool', ['map'], ['means']),
    Node.of('Flatten', ['means'], ['colours']),
    ...more,
  ];
  const input = ['N', 3, 16, 16] as const;
  const regression = tower([Node.of('ReduceMean', ['colours'], ['y'], { axes: [1], keepdims: 1 })]);
  await write('regression.onnx', onnxModel({ input, output: ['N', 1], nodes: regression }));
  const doubled = tower([
    Node.of('Add', ['colours', 'colours'], ['twice']),
    Node.of('ReduceMean', ['twice'], ['y'], { axes: [1], keepdims: 1 }),
  ]);
  await write('doubled.onnx', onnxModel({ input, output: ['N', 1], nodes: doubled }));
});
afterAll(() => workspace.remove());

const plain = ['--mean', '0,0,0', '--std', '1,1,1'];
const attack = ['--attack', 'pgd:stop=misclassification,steps=2,lastLook=true', '--mask', 'all', '--epsilon', '32/255'];

async function run(argv: readonly string[]) {
  const { code, stdout, stderr } = await workspace.cli(argv);
  const out = argv[argv.indexOf('--out') + 1]!;
  const file = async (name: string) => readFile(join(workspace.folder, out, name), 'utf8');
  if (code === 2) throw new Error(stderr);
  return { code, stdout, stderr, out, file };
}

let runs = 0;

async function compared(models: readonly [string, string], images: string, more: readonly string[]) {
  const found = await run(['compare', ...models, '--images', images, '--out', `run-${(runs += 1)}`, ...more]);
  const summary: ComparisonSummary = JSON.parse(await found.file('summary.json'));
  const report = await workspace.cli(['report', found.out, '--quiet']);
  expect([report.code, report.stderr]).toEqual([0, '']);
  return { ...found, summary, page: await found.file('report.html') };
}

const measuresOf = ({ measures }: ComparisonSummary, part: string) =>
  measures.filter((each) => each.part === part && each.n > 0).map(({ measure }) => measure);

describe('compare, of networks that are no classifiers', () => {
  it('explains the box of the same label in the same place, and fools both detectors', async () => {
    const { summary, code } = await compared(['orchard-detector', 'orchard-detector'], 'scenes', [
      ...[...attack, '--metric', 'none', '--probe', 'shuffle:grid=2,permutations=1', '--quiet'],
    ]);
    expect(code).toBe(0);
    expect(summary.agreement).toMatchObject({ count: 2, n: 2 });
    // The same network twice: its maps are the same, of the same boxes.
    expect(summary.maps[0]?.correlation.same.mean).toBeCloseTo(1, 6);
    expect(measuresOf(summary, 'blindness')).toContain('kept shuffle 2 x 2');
    expect(measuresOf(summary, 'fooling')).toEqual(['fooled all']);
    expect(summary.transfers.length).toBeGreaterThan(0);
    // What fools a network fools the same network.
    for (const { n, fooled } of summary.transfers) expect(fooled).toBe(n);
  });

  it('explains the same region of two segmenters', async () => {
    const { summary, file } = await compared(['orchard-segmenter', 'orchard-segmenter'], 'scenes/3.png', [
      ...['--attack', 'none', '--metric', 'none', '--probe', 'shuffle:grid=2,permutations=1', '--quiet'],
    ]);
    expect(summary.agreement.count).toBe(1);
    expect(summary.maps[0]?.correlation.same.mean).toBeCloseTo(1, 6);
    expect(await file('rows.jsonl')).toMatch(/"targetLabel":"region:\w+/);
  });

  it('compares the maps and numbers of two regressions, and says why nothing is fooled', async () => {
    const { summary, stderr } = await compared(['regression.onnx', 'doubled.onnx'], 'small', [
      ...['--task', 'regression', ...plain, ...attack, '--metric', 'none'],
    ]);
    expect(summary.maps[0]?.correlation.same.mean).toBeCloseTo(1, 6);
    expect(measuresOf(summary, 'fooling')).toEqual([]);
    expect(stderr).toMatch(/note: without attacks \(first network\): It is not known when/);
  });

  it('compares what two embeddings look at', async () => {
    const { summary } = await compared(['orchard-clip-sighted', 'orchard-clip-blind'], 'scenes/4.png', [
      ...['--to', 'scenes/3.png', '--metric', 'none', '--attack', 'none', '--quiet'],
    ]);
    expect(summary.maps[0]!.n).toBe(1);
    expect(Math.abs(summary.maps[0]!.correlation.same.mean!)).toBeLessThan(1);
    expect(measuresOf(summary, 'blindness').length).toBeGreaterThan(0);
  });
});

describe('compare, of networks that read text', () => {
  it('asks both image-text models the captions of each image, and holds blindness against a limit', async () => {
    const { summary, code, stderr, stdout, page } = await compared(
      ['orchard-clip-sighted', 'orchard-clip-blind'],
      'orchard:count=10,size=64',
      [...attack, '--metric', 'none', '--max-blindness', '0.1', '--quiet'],
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /error A declared tolerance is exceeded: the rise of spatial blindness \(all places\)\.\n +found +0\.\d/,
    );
    const { blindness, transfers, tolerances } = summary;
    expect(blindness!.first.mean).toBeLessThan(0.2);
    expect(blindness!.second.mean).toBeGreaterThan(0.4);
    expect(blindness!.difference).toBeCloseTo(blindness!.second.mean! - blindness!.first.mean!, 12);
    expect(blindness!.interval![0]).toBeLessThan(blindness!.difference!);
    expect(tolerances).toMatchObject([{ name: 'maxBlindness', value: blindness!.difference, isExceeded: true }]);
    expect(measuresOf(summary, 'blindness')).toEqual(
      expect.arrayContaining(['told-apart left and right', 'told-apart objects (control)']),
    );
    // The true caption is known, so decisions are right or wrong.
    const accuracy = summary.measures.find(({ measure }) => measure === 'accuracy')!;
    expect(accuracy.first.mean!).toBeGreaterThan(0.9);
    expect(accuracy.second.mean!).toBeLessThan(accuracy.first.mean!);
    expect(summary.maps[0]!.n).toBeGreaterThan(0);
    expect(new Set(transfers.map(({ from }) => from))).toEqual(new Set(['first', 'second']));
    expect(stdout).toContain('adversarial images of one shown to the other');
    expect(page).toContain('Adversarial images of one shown to the other');
    expect(page).toMatch(/asked “[^”]+” or “[^”]+”/);
    expect(page).toContain('spatial blindness, all places');
  });

  it('asks both question models a question of each image, of whatever length', async () => {
    const { summary, file, page } = await compared(
      ['orchard-mdetr-blind', 'orchard-mdetr-sighted'],
      'orchard:count=2,size=64',
      [...attack, '--metric', 'none', '--quiet'],
    );
    expect(summary.images).toBe(2);
    expect(summary.agreement.n).toBe(2);
    expect(measuresOf(summary, 'blindness')).toContain('right all about places');
    // Questions differ in length, and the attack takes each.
    expect(summary.measures.find(({ measure }) => measure === 'fooled all')).toMatchObject({ n: 2, excluded: 0 });
    const asked = [...(await file('rows.jsonl')).matchAll(/"first":\{.*?"asked":"“([^”]+)”"/g)].map(
      ([, text]) => text!,
    );
    expect(new Set(asked.map((text) => text.split(' ').length)).size).toBeGreaterThan(1);
    expect(page).toContain(`asked “${asked[0]}”`);
  });

  it('leaves the probe to pictures where they bring no text, and says what to give where there is none at all', async () => {
    const captions = ['--text', 'a red apple', 'a green pear', '--attack', 'none', '--metric', 'none'];
    const { summary } = await compared(['orchard-clip-sighted', 'orchard-clip-sighted'], 'scenes', [
      ...captions,
      '--quiet',
    ]);
    expect(measuresOf(summary, 'blindness')).toContain('kept shuffle 4 x 4');
    expect(summary.maps[0]?.correlation.same.mean).toBeCloseTo(1, 6);
    const without = ['compare', 'orchard-clip-blind', 'orchard-clip-sighted', '--images', 'scenes', '--out', 'none'];
    const { code, stderr } = await workspace.cli(without);
    expect([code, stderr]).toEqual([2, expect.stringContaining('CAPTIONS_MISSING')]);
  });
});

describe('diagnose, of networks that are no classifiers', () => {
  const quick = ['--metric', 'deletion:steps=4,score=probability', '--explainer', 'gradcam,saliency,centre', '--quiet'];
  const alone = ['--attack', 'none', '--metric', 'none', '--probe', 'none', '--quiet'];
  const diagnosed = async (argv: readonly string[], parts: readonly string[] = [...quick, ...attack]) => {
    const { code, out, file } = await run(['diagnose', ...argv, ...parts]);
    expect(code).toBe(0);
    const summary: DiagnosisSummary = JSON.parse(await file('summary.json'));
    return { summary, out, page: await file('report.html'), says: summary.verdicts.map(({ statement }) => statement) };
  };

  it('says what a detector and a segmenter find', async () => {
    const detector = await diagnosed(['scenes/3.png', '--model', 'orchard-detector', '--out', 'detector']);
    expect(detector.says[0]).toMatch(/^The network says \d+ \w+, .*, the best with \d+\.\d.%\.$/);
    // Boxes lie beside each other: none is ahead of another.
    expect(detector.says[0]).not.toContain('ahead of');
    expect(detector.page).not.toContain('<small>no interval');
    expect(detector.page).toContain('of one image, without intervals');
    const segmenter = await run([
      'diagnose',
      'scenes/3.png',
      '--model',
      'orchard-segmenter',
      '--out',
      'segmenter',
      ...alone,
    ]);
    expect(segmenter.code).toBe(0);
    expect(await segmenter.file('report.html')).toMatch(/heat maps for region:\w+/);
  });

  it('holds captions and answers against each other', async () => {
    const captions = ['--text', 'a red apple', 'a green pear'];
    const clip = await diagnosed(['scenes/3.png', '--model', 'orchard-clip-sighted', ...captions, '--out', 'clip']);
    expect(clip.says[0]).toMatch(
      /^The network says a (?:red apple|green pear) \(\d+\.\d.%\), \d+\.\d points ahead of a /,
    );
    const question = ['--question', 'What color is the apple?', '--out', 'asked'];
    // The other parts, of a network that is asked, are looked at below.
    const asked = await diagnosed(['scenes/3.png', '--model', 'orchard-mdetr-sighted', ...question], alone);
    expect(asked.says[0]).toMatch(/^The network says \w+ \(\d+\.\d.%\), \d+\.\d points ahead of \w+/);
    const own = ['--dataset', 'orchard:count=1,size=64', '--model', 'orchard-mdetr-blind', '--out', 'own'];
    const { says, page, summary } = await diagnosed(own);
    expect(says[0]).toMatch(/^Asked “[^”]+\?”, the network says \w+/);
    expect(summary.probe!.verdict.statement).toContain('on one image');
    expect(page).toContain('Whether it reads where things are');
    expect(page).not.toContain('<small>no interval');
  });
});
