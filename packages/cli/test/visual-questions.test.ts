import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageRecord } from '@understory/studies';
import { orchardScene, render } from '@understory/datasets/orchard';
import { decodeImage, encodePng } from '@understory/imaging/sharp';
import { emptyWorkspace, repository, type Workspace } from './support/workspace.ts';

jest.setTimeout(180_000);

const model = ['--model', 'orchard-mdetr-sighted'];
const question = 'What color is the left apple?';

let workspace: Workspace;
beforeAll(async () => {
  workspace = await emptyWorkspace();
  const scene = orchardScene(6, 0, { difficulty: 'easy', background: 'plain', size: 64 });
  const [left, right] = scene.objects;
  const apples = [
    { ...left!, kind: 'apple' as const, colour: 'red' as const },
    { ...right!, kind: 'apple' as const, colour: 'green' as const },
  ];
  const picture = await encodePng(render({ ...scene, objects: apples }));
  for (const path of ['scene.png', 'gqa/images/1.png', 'clevr/images/val/CLEVR_val_000000.png']) {
    await workspace.write(path, picture);
  }
  await workspace.write(
    'gqa/val_balanced_questions.json',
    JSON.stringify({ 7: { question, imageId: '1', answer: 'red', types: { semantic: 'attr', structural: 'query' } } }),
  );
  await workspace.write(
    'clevr/questions/CLEVR_val_questions.json',
    JSON.stringify({ questions: [{ question, image_filename: 'CLEVR_val_000000.png', answer: 'red', program: [] }] }),
  );
});
afterAll(() => workspace.remove());

const file = (path: string) => readFile(join(workspace.folder, path));
const codeOf = (stderr: string) => /code +(\w+)/.exec(stderr)?.[1];

/** MDETR's architecture with random weights, which boxes something in any picture. */
const random = ['--model', join(repository, 'packages/probe-mdetr/fixtures/mdetr')];

async function explained(
  more: readonly string[],
  out: string,
  network = model,
): Promise<{ record: ImageRecord; files: readonly string[] }> {
  const argv = ['explain', 'scene.png', ...network, '--question', question, ...more, '--out', out, '--json', '--quiet'];
  const { code, stdout, stderr } = await workspace.cli(argv);
  expect([code, stderr]).toEqual([0, '']);
  const { images, files = [] } = JSON.parse(stdout) as { images: readonly [ImageRecord]; files?: readonly string[] };
  return { record: images[0], files };
}

describe('explain --question', () => {
  it('draws the answer, its confidence, and boxes with their phrases together with the map', async () => {
    const { record, files } = await explained(['--sheet', '--html'], 'answer', random);
    const { answer, maps } = record;
    expect(answer).toMatchObject({ question, decision: answer!.options[0]!.label, type: { name: expect.any(String) } });
    const [box] = answer!.boxes!;
    const ofBox = answer!.options.find(({ target }) => target === 'box:0')!;
    expect(box).toMatchObject({ target: 'box:0', box: ofBox.box, probability: ofBox.probability });
    expect(box!.phrases.join(', ')).toBe(ofBox.label);
    expect(question).toContain(box!.phrases[0]);
    expect(record.files).toEqual({ boxes: join('answer', 'scene.boxes.png') });
    expect(files).toEqual([join('answer', 'sheet.png'), join('answer', 'explanation.html')]);
    // Enlarged so that labels can be read, with lines of text below.
    const boxes = await decodeImage(await file('answer/scene.boxes.png'), 'boxes');
    const map = await decodeImage(await file(maps[0]!.files.overlay!), 'map');
    expect([boxes.width, map.width]).toEqual([448, 448]);
    expect(boxes.height).toBeGreaterThan(448);
    expect(map.height).toBeGreaterThan(boxes.height);
    const page = (await file('answer/explanation.html')).toString();
    expect(page).toContain(`<q>${question}</q>`);
    expect(page).toMatch(new RegExp(`<strong\\s*>${answer!.decision}, [\\d.]+\\s%</strong`));
  });

  it('explains an answer that the model does not give', async () => {
    const { record } = await explained(['--answer', 'attr:green'], 'forced');
    expect(record.maps.map(({ target, explained: own }) => [target, own?.target])).toEqual([
      ['answer_attr_green', 'answer:attr:green'],
    ]);
  });

  it.each<[what: string, more: readonly string[], code: string]>([
    ['an empty question', ['--question', ' '], 'QUESTION_EMPTY'],
    ['a question of no words', ['--question', '???'], 'QUESTION_EMPTY'],
    ['another script', ['--question', 'Какого цвета яблоко?'], 'QUESTION_NOT_READABLE'],
    ['an answer outside the vocabulary', ['--question', question, '--answer', 'attr:purpel'], 'ANSWER_UNKNOWN'],
    ['a box that is not there', ['--question', question, '--target', 'box:99'], 'BOX_MISSING'],
    ['a box before the first', ['--question', question, '--target', 'box:-1'], 'BOX_MISSING'],
    ['a phrase that was not asked', ['--question', question, '--target', 'phrase:zebra'], 'PHRASE_UNKNOWN'],
    ['a list that fits no head', ['--question', question, '--vocabulary', 'three.json'], 'VOCABULARY_SIZE'],
  ])('tells of %s', async (_, more, code) => {
    await workspace.write('three.json', '["a", "b", "c"]');
    const { code: exit, stderr } = await workspace.cli(['explain', 'scene.png', ...model, ...more, '--out', 'wrong']);
    expect([exit, codeOf(stderr)]).toEqual([2, code]);
  });

  it('tells of words that the tokenizer knows only by their letters, and answers', async () => {
    const argv = ['explain', 'scene.png', ...model, '--question', 'Welche Farbe hat der Apfel?', '--out', 'german'];
    const { code, stderr } = await workspace.cli(argv);
    expect([code, stderr]).toEqual([0, expect.stringContaining('the tokenizer knows no "Farbe", "Apfel"')]);
  });
});

describe('probe mdetr', () => {
  const constrain = ['--constrain', 'crop,blur,tokens'];

  it.each<[data: string, more: readonly string[]]>([
    ['orchard:count=1,size=64', constrain],
    ['gqa:gqa', []],
    ['clevr:clevr', []],
  ])('asks the questions of %s', async (data, more) => {
    const out = `probe-${data.slice(0, 3)}`;
    const argv = ['probe', 'mdetr', data, ...model, '--explainer', 'none', ...more, '--out', out, '--json', '--quiet'];
    const { code, stdout, stderr } = await workspace.cli(argv);
    expect([code, stderr]).toEqual([0, '']);
    const { summary } = JSON.parse(stdout) as { summary: { images: number } };
    expect(summary.images).toBe(1);
    const rows = (await file(`${out}/rows.jsonl`)).toString();
    if (more !== constrain) expect(rows).toContain(`"question":"${question}","answer":"red"`);
    else for (const way of ['crop', 'blur', 'tokens']) expect(rows).toContain(way);
  });
});
