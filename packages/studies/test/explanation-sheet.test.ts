import { describe, expect, it } from '@jest/globals';
import { rgbImage, type Annotations, type ContactSheet } from '@understory/imaging';
import { ExplanationSheet, sheetRows, type ShownExplainer } from '../src/explanation/explanation-sheet.ts';
import type { ExplainedMap } from '../src/explanation/explain-images.ts';
import type { ImageRecord } from '../src/explanation/explanation-record.ts';
import { memoryStore } from '@understory/experiments';

const picture = rgbImage(new Uint8Array(3 * 64), 8, 8);
const explainers: readonly ShownExplainer[] = [
  { id: 'gradcam', title: 'Grad-CAM', isBaseline: false },
  { id: 'cam', title: 'CAM', isBaseline: false },
  { id: 'random', title: 'Random', isBaseline: true },
];
const box = { x: 1, y: 2, width: 4, height: 3 };

function map(explainer: string, words: string, values: readonly number[], more: object = {}): ExplainedMap {
  return {
    ...{ explainer, name: words, value: 2.5, probability: 0.75 },
    target: { words, label: 'dog', terms: [], ...more } as unknown as ExplainedMap['target'],
    heat: { height: 1, width: values.length, data: Float32Array.from(values) },
  };
}

const record: ImageRecord = {
  image: 'street.jpg',
  top: [],
  answer: { task: 'object-detection', decision: 'a dog', probability: 0.75, options: [] },
  maps: [],
};

describe('the rows of an image on a sheet', () => {
  it('say what the model decides and what is explained, and name each explainer, its size and what it lacks', async () => {
    const maps = [map('gradcam', 'box:0', [0, 1], { box }), map('random', 'box:0', [3, 3], { box })];
    const [row, ...others] = await sheetRows({ picture, maps }, record, explainers, {});
    expect(others).toEqual([]);
    expect(row!.title).toBe('street.jpg: dog (box:0) explained; the model finds a dog');
    expect(row!.cells.map(({ caption }) => caption)).toEqual([
      'the preprocessed image, one box',
      'Grad-CAM, 1\u00a0x\u00a02',
      'CAM: no map',
      'Random (baseline), 1\u00a0x\u00a02, constant',
    ]);
    // The outline of the box is drawn on the enlarged picture and on each map: its top left corner is white.
    expect(row!.cells.map(({ image }) => image?.width)).toEqual([336, 336, undefined, 336]);
    const corner = 3 * (336 * 84 + 42);
    const corners = row!.cells.map(({ image }) => image && [...image.data.slice(corner, corner + 3)]);
    expect(corners).toEqual([[255, 255, 255], [255, 255, 255], undefined, [255, 255, 255]]);
  });

  it('have a row for each target, the best class where the model is a classifier, and words of the caller', async () => {
    const maps = [map('cam', 'top1', [0, 1]), map('cam', 'top2', [0, 1])];
    const top = [{ index: 3, label: 'dog', probability: 0.5, logit: 1 }];
    const rows = await sheetRows({ picture, maps }, { image: 'a.png', top, maps: [] }, explainers.slice(0, 2), {
      ...{ caption: 'at an earlier layer', missing: 'reads the last layer' },
    });
    expect(rows.map(({ title }) => title?.replace(/\s/g, ' '))).toEqual([
      'a.png: dog (top1) explained; predicted: dog, 50.0 %',
      'a.png: dog (top2) explained; predicted: dog, 50.0 %',
    ]);
    expect(rows[1]!.cells.map(({ caption }) => caption)).toEqual([
      'at an earlier layer',
      'Grad-CAM: reads the last layer',
      'CAM, 1\u00a0x\u00a02',
    ]);
  });

  const boxed = (target: string, label: string, x: number) => ({
    ...{ target, label, score: 1, probability: 0.5 },
    box: { x, y: 1, width: 2, height: 2 },
  });

  it('label all that a model finds on the picture and on the map of an answer, and on the map of a box that box', async () => {
    const drawn: Annotations[] = [];
    const annotate = async (shown: typeof picture, annotations: Annotations) => {
      drawn.push(annotations);
      return shown;
    };
    const maps = [map('gradcam', 'answer:attr:red', [0, 1]), map('gradcam', 'box:1', [0, 1], { box })];
    const answer = {
      ...{ task: 'visual-question-answering', decision: 'red', probability: 0.75, question: 'What color is the dog?' },
      type: { name: 'attr', probability: 0.9 },
      options: [
        { target: 'answer:attr:red', label: 'red', score: 2, probability: 0.75 },
        boxed('box:0', 'the dog', 0),
        boxed('box:1', 'color', 4),
      ],
    };
    const [one, other] = await sheetRows({ picture, maps }, { ...record, answer }, explainers.slice(0, 1), {
      annotate,
    });
    expect(one!.title).toBe('street.jpg: dog (answer:attr:red) explained');
    expect(one!.lines?.map((line) => line.replace(/\s/g, ' '))).toEqual([
      'Question: What color is the dog?',
      'Predicted answer: red (attr), 75.0 %',
    ]);
    expect([one!.isLabelled, one!.cells[0]!.caption]).toEqual([true, 'the preprocessed image, 2 boxes']);
    expect(other!.title).toBe('street.jpg: dog (box:1) explained');
    const both = [
      { box: { x: 0, y: 42, width: 84, height: 84 }, label: 'the dog' },
      { box: { x: 168, y: 42, width: 84, height: 84 }, label: 'color' },
    ];
    // The picture and the map of the answer, then the picture and the map of the box.
    expect(drawn.map(({ boxes }) => boxes)).toEqual([
      ...[both, both, both],
      [{ box: { x: 42, y: 84, width: 168, height: 126 }, label: 'dog' }],
    ]);
  });

  it('have a cell for each caption, with its score and its words by what is lost without each', async () => {
    const captioned = (explainer: string, words: string, label: string, values: readonly number[]) =>
      map(explainer, words, values, { label });
    const maps = [
      captioned('gradcam', 'caption:1', 'the left apple', [0, 1]),
      captioned('gradcam', 'caption:2', 'a pear', [2, 2]),
      captioned('gradcam', 'contrast:1', 'the left apple − a pear', [0, 1]),
      captioned('cam', 'caption:1', 'the left apple', [0, 1]),
    ];
    const part = (text: string, occlusion: number) => ({ text, start: 0, end: 1, gradient: null, occlusion });
    const words = [
      { target: 'caption:1', text: 'the left apple', words: [part('the', 0.1), part('left', -2), part('apple', 3)] },
      { target: 'caption:2', text: 'a pear', words: [part('a', 0), part('pear', 1)] },
    ];
    const answer = {
      ...{ task: 'zero-shot-image-classification', decision: 'the left apple', probability: 0.75, options: [] },
    };
    const [figure, other, ...more] = await sheetRows(
      { picture, maps },
      { image: 'apples.png', top: [], answer, maps: [], words },
      explainers.slice(0, 2),
      {},
    );
    expect(more).toEqual([]);
    expect(figure!.title).toBe('apples.png: Grad-CAM; the best caption: the left apple');
    expect(figure!.cells.map(({ caption }) => caption?.replace(/\s/g, ' '))).toEqual([
      'the preprocessed image',
      'score 2.500, 75.0 %',
      'score 2.500, 75.0 %, constant',
      'difference 2.500, 75.0 %',
    ]);
    const weights = figure!.cells.map((cell) => cell.words?.map(({ text, weight }) => [text, weight]));
    expect(weights.slice(1)).toEqual([
      [
        ['the', 0.1],
        ['left', -2],
        ['apple', 3],
      ],
      [
        ['a', 0],
        ['pear', 1],
      ],
      ['the', 'left', 'apple', '−', 'a', 'pear'].map((text) => [text, 0]),
    ]);
    // Where an explainer has no map of a caption, its cell says so.
    expect(other!.cells.map(({ caption }) => caption?.replace(/\s/g, ' '))).toEqual([
      ...['the preprocessed image', 'score 2.500, 75.0 %', 'CAM: no map', 'CAM: no map'],
    ]);
  });

  it.each([
    [7, [8]],
    [8, [5, 4]],
    [19, [7, 7, 6]],
  ])('break %i maps and the picture into rows of nearly one length', async (count, lengths) => {
    const many = Array.from({ length: count }, (_, at) => ({ id: `e${at}`, title: `E${at}`, isBaseline: false }));
    const rows = await sheetRows({ picture, maps: [map('e0', 'top1', [0, 1])] }, record, many, {});
    expect(rows.map(({ cells }) => cells.length)).toEqual(lengths);
    expect(rows.map(({ title }) => title !== undefined)).toEqual(lengths.map((_, at) => at === 0));
  });
});

describe('a sheet', () => {
  const rows = (cells: number) => [{ cells: Array.from({ length: cells }, () => ({ image: picture })) }];

  async function pagesOf(images: readonly number[], found: readonly string[] = []) {
    const store = memoryStore();
    for (const name of found) await store.write(name, Uint8Array.of(0));
    const drawn: number[] = [];
    const draw = async ({ rows: own }: ContactSheet) => {
      drawn.push(own.reduce((sum, { cells }) => sum + cells.length, 0));
      return picture;
    };
    const codec = { encodePng: async () => Uint8Array.of(1), decode: async () => picture };
    const sheet = new ExplanationSheet({ store, codec, draw });
    await sheet.begin();
    for (const cells of images) await sheet.add(rows(cells));
    await sheet.finish();
    return { files: sheet.files, drawn, names: await store.names('') };
  }

  it('is one page while its cells are at most sixty, and takes away the pages of an earlier one', async () => {
    const { files, drawn, names } = await pagesOf([20, 20, 20], ['sheet-1.png', 'sheet-2.png', 'other.png']);
    expect([files, drawn]).toEqual([['sheet.png'], [60]]);
    expect([...names].sort()).toEqual(['other.png', 'sheet.png']);
  });

  it('goes on to the next page where an image does not fit, and never splits one', async () => {
    const { files, drawn } = await pagesOf([20, 20, 21, 70, 5]);
    expect(drawn).toEqual([40, 21, 70, 5]);
    expect(files).toEqual(['sheet-1.png', 'sheet-2.png', 'sheet-3.png', 'sheet-4.png']);
  });
});
