import { codec } from './drawing.ts';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { memoryStore } from '@understory/experiments';
import type { ImageRecord, MapRecord } from '@understory/studies';
import { parseHTML } from 'linkedom';
import { renderExplanation, type ExplanationRun } from '../src/explanation-report/render-explanation.ts';
import { record } from './support.ts';

const map: MapRecord = {
  ...{ explainer: 'gradcam', target: 'boxes-box_0', layer: 'features', reading: null },
  explained: {
    target: 'box:0',
    label: 'dog',
    value: 1.5,
    probability: 0.875,
    box: { x: 1, y: 2, width: 3, height: 4 },
  },
  ...{ size: [2, 2], range: [0, 1], files: {} },
};
const boxes = Array.from({ length: 7 }, (_, at) => ({
  ...{ target: `box:${at}`, label: 'dog <b>', score: 1, probability: (90 - at) / 100 },
  box: { x: 1, y: 2, width: 3, height: 4 },
}));
const rows: readonly ImageRecord[] = [
  {
    ...{ image: 'street.jpg', top: [] as const, maps: [map] },
    answer: { task: 'object-detection', decision: '7 boxes', probability: 0.9, options: boxes },
  },
  {
    ...{ image: 'face.jpg', top: [] as const },
    answer: {
      ...{ task: 'regression', decision: '', probability: null },
      options: [{ target: 'age', label: null, score: 31.25 }],
    },
    maps: [
      {
        ...map,
        target: '-age',
        explained: { target: '-age', label: null, value: -31.25, probability: null, box: null },
      },
    ],
  },
];

let page: ReturnType<typeof parseHTML>['document'];
const texts = (selector: string) =>
  [...page.querySelectorAll(selector)].map(({ textContent }) => textContent!.replaceAll(/\s+/g, ' ').trim());

const runOf = (of: readonly ImageRecord[]): ExplanationRun => ({
  ...{ store: memoryStore(), name: 'runs/boxes', rows: of, failed: [], isComplete: true },
  record: { ...record(), parameters: { dataset: { name: 'images' } } },
});

beforeAll(async () => {
  page = parseHTML((await renderExplanation(runOf(rows), { codec })).html).document;
});

describe('the report of what a model that is no classifier was explained for', () => {
  it('says how images were chosen only where not all are shown, beside as many as are', async () => {
    expect(page.body.textContent).not.toContain('chosen');
    const many = Array.from({ length: 13 }, (_, at): ImageRecord => ({ ...rows[0]!, image: `street-${at}.jpg` }));
    const { html, headline } = await renderExplanation(runOf(many), { codec });
    expect(html).toContain('The images were chosen at random by the seed of the run.');
    expect(html).toContain('13 heat maps of 13 images; 12 images, chosen by the seed, are shown.');
    expect(`${headline.lead}`).toContain('13 heat maps of 13 images; 3 images, chosen by the seed, are shown.');
    expect(headline.pictures).toHaveLength(3);
  });

  it('says what the model decides and the best of what it says of each image', () => {
    const table = texts('tbody tr td.words').slice(0, 2).sort();
    expect(table).toEqual([
      '7 boxes: dog <b> (box:0) 90.0 %, dog <b> (box:1) 89.0 %, dog <b> (box:2) 88.0 %, dog <b> (box:3) 87.0 %, dog <b> (box:4) 86.0 % and 2 more',
      'regression: age 31.250',
    ]);
    expect(texts('thead th.words')[0]).toBe('Answer');
  });

  it('says the best of several captions once', async () => {
    const options = [
      { target: 'caption:1', label: 'a red apple', score: 2, probability: 0.8 },
      { target: 'caption:2', label: 'a green apple', score: 1, probability: 0.2 },
    ];
    const answer = { task: 'image-text-similarity', decision: 'a red apple', probability: 0.8, options };
    const { html } = await renderExplanation(runOf([{ ...rows[0]!, answer }]), { codec });
    const cell = parseHTML(html).document.querySelector('tbody tr td.words')!;
    expect(cell.textContent.replaceAll(/\s+/g, ' ').trim()).toBe(
      'a red apple (caption:1) 80.0 %, a green apple (caption:2) 20.0 %',
    );
  });

  it('names each map by its target, with the probability or the number', () => {
    const text = page.body.textContent!.replaceAll(/\s+/g, ' ');
    expect(text).toContain('street.jpg: 7 boxes');
    expect(text).toContain('gradcam: dog (box:0), 87.5 %');
    expect(text).toContain('gradcam: -age, −31.250');
  });
});
