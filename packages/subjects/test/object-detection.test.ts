import { describe, expect, it } from '@jest/globals';
import { answer, float32, tensor, type ModelFacts, type Tensor } from '@understory/core';
import { objectDetection } from '../src/object-detection/kind.ts';
import type { FormId } from '../src/object-detection/forms.ts';
import { factsOf, spec, type Parts } from './models.ts';

const labels = ['cat', 'dog'];
const pixels = float32(new Float32Array(3 * 64 * 64), [1, 3, 64, 64]);

/** What a model of that form says that answers with those tensors. */
async function said(
  form: FormId,
  tensors: Record<string, string>,
  answers: Record<string, Tensor>,
  more: Partial<ModelFacts & Parts> = {},
) {
  const outputs = Object.entries(answers).map(([name, { dims, type }]) => spec(name, ['N', ...dims.slice(1)], type));
  const facts = factsOf({ outputs, answers, ...more }, { labels, ...more });
  const subject = await objectDetection.open(facts, { evidence: 'shape', why: '', tensors, form }, {});
  const [found] = await answer(subject, subject.feeds(pixels));
  return { subject, found: found! };
}

/** `[1, 6, 4]`: centre, size, cat, dog of four places. */
const rows = [
  [20, 20, 10, 10, 0.1, 0.9],
  [21, 20, 10, 10, 0.2, 0.8],
  [50, 40, 20, 8, 0.6, 0.3],
  [10, 10, 4, 4, 0.2, 0.1],
];
const columns = float32(Float32Array.from(rows[0]!.flatMap((_, column) => rows.map((row) => row[column]!))), [1, 6, 4]);

describe('answers', () => {
  it('are boxes in pixels, from best to worst, without those that overlap', async () => {
    const { found } = await said('yolov8', { predictions: 'output0' }, { output0: columns });
    expect(found.decision).toBe('1 dog, 1 cat');
    expect(found.options).toEqual([
      {
        target: 'box:0',
        label: 'dog',
        score: Math.fround(0.9),
        probability: Math.fround(0.9),
        box: { x: 15, y: 15, width: 10, height: 10 },
      },
      {
        target: 'box:1',
        label: 'cat',
        score: Math.fround(0.6),
        probability: Math.fround(0.6),
        box: { x: 40, y: 36, width: 20, height: 8 },
      },
    ]);
    expect(found.probability).toBe(Math.fround(0.9));
  });

  it('scale boxes that are fractions of the picture', async () => {
    const fractions = float32(
      columns.data.map((value, at) => (at < 16 ? value / 64 : value)),
      columns.dims,
    );
    const { found } = await said('yolov8', { predictions: 'output0' }, { output0: fractions });
    expect(found.options.map(({ box }) => box)).toEqual([
      { x: 15, y: 15, width: 10, height: 10 },
      { x: 40, y: 36, width: 20, height: 8 },
    ]);
  });

  it('may be that there is nothing', async () => {
    const nothing = float32(new Float32Array(24), [1, 6, 4]);
    const { subject, found } = await said('yolov8', { predictions: 'output0' }, { output0: nothing });
    expect(found).toMatchObject({ options: [], decision: 'nothing', probability: undefined });
    expect(subject.agrees(found, found)).toBe(true);
    expect(() => subject.targets('box:0', found)).toThrow(expect.objectContaining({ code: 'TARGET_INVALID' }));
  });

  it('of YOLOv10 are corners, a score and a class', async () => {
    const given = float32(Float32Array.of(10, 12, 30, 40, 0.9, 1, 0, 0, 5, 5, 0.2, 0), [1, 2, 6]);
    const { found } = await said('end-to-end', { predictions: 'out' }, { out: given });
    expect(found.options).toMatchObject([{ label: 'dog', box: { x: 10, y: 12, width: 20, height: 28 } }]);
  });

  it('of DETR leave out "no object"', async () => {
    const { subject, found } = await said(
      'detr',
      { scores: 'logits', boxes: 'pred_boxes' },
      {
        logits: float32(Float32Array.of(3, 1, 0, 0, 1, 4, 0, 2, 1), [1, 3, 3]),
        pred_boxes: float32(Float32Array.of(0.5, 0.5, 0.5, 0.25, 0, 0, 0, 0, 0.25, 0.75, 0.5, 0.5), [1, 3, 4]),
      },
    );
    const sum = Math.exp(3) + Math.exp(1) + 1;
    expect(found.options).toMatchObject([
      { label: 'cat', score: 3, box: { x: 16, y: 24, width: 32, height: 16 } },
      { label: 'dog', score: 2, box: { x: 0, y: 32, width: 32, height: 32 } },
    ]);
    expect(found.options[0]!.probability).toBeCloseTo(Math.exp(3) / sum, 6);
    const [target] = subject.targets('box:cat', found)!;
    expect(target).toMatchObject({ words: 'box:0', reading: { kind: 'element', output: 'logits', index: [0, 0] } });
  });

  it('of SSD leave out the background, which comes first', async () => {
    const { found } = await said(
      'boxes-scores-background',
      { scores: 'scores', boxes: 'boxes' },
      {
        scores: float32(Float32Array.of(0.1, 0.2, 0.7, 0.9, 0.1, 0), [1, 2, 3]),
        boxes: float32(Float32Array.of(0, 0, 0.5, 0.5, 0, 0, 1, 1), [1, 2, 4]),
      },
    );
    expect(found.options).toMatchObject([{ label: 'dog', box: { x: 0, y: 0, width: 32, height: 32 } }]);
  });

  it('after suppression have a class each', async () => {
    const { subject, found } = await said(
      'detections',
      { boxes: 'boxes', scores: 'scores', labels: 'labels' },
      {
        boxes: float32(Float32Array.of(1, 2, 11, 12, 0, 0, 64, 64), [1, 2, 4]),
        scores: float32(Float32Array.of(0.8, 0.3), [1, 2]),
        labels: tensor('int64', BigInt64Array.of(1n, 0n), [1, 2]),
      },
    );
    expect(found.decision).toBe('1 dog, 1 cat');
    expect(subject.targets('box:1', found)).toMatchObject([{ reading: { output: 'scores', index: [1] } }]);
  });

  it('of one picture without an axis of samples can be read, and not explained', async () => {
    const { subject, found } = await said(
      'unbatched',
      { boxes: 'boxes', scores: 'scores', labels: 'labels' },
      {
        boxes: float32(Float32Array.of(1, 2, 11, 12), [1, 4]),
        scores: float32(Float32Array.of(0.8), [1]),
        labels: tensor('int64', BigInt64Array.of(1n), [1]),
      },
    );
    expect(found.decision).toBe('1 dog');
    expect(() => subject.targets('box:0', found)).toThrow(
      expect.objectContaining({ code: 'DETECTIONS_NOT_REACHABLE' }),
    );
  });

  it('that are not numbers are an error', async () => {
    const broken = float32(
      columns.data.map((value, at) => (at === 20 ? NaN : value)),
      columns.dims,
    );
    await expect(said('yolov8', { predictions: 'output0' }, { output0: broken })).rejects.toMatchObject({
      code: 'SCORES_NOT_FINITE',
    });
  });

  it('are refused where what is read as probabilities is none, naming the forms that there are', async () => {
    const given = float32(new Float32Array(6 * 8).fill(12), [1, 6, 8]);
    await expect(said('yolov8', { predictions: 'out' }, { out: given })).rejects.toMatchObject({
      code: 'DETECTIONS_UNREADABLE',
      found: expect.stringMatching(/^a probability of 12 for class 0 of box 0$/),
      remedy: expect.objectContaining({ kind: 'settings' }) as unknown,
      next: expect.stringContaining('yolov5'),
    });
  });

  it('of YOLOX need as many places as there are cells', async () => {
    const given = float32(new Float32Array(7 * 5), [1, 5, 7]);
    await expect(said('yolox', { predictions: 'out' }, { out: given })).rejects.toMatchObject({
      code: 'DETECTIONS_UNREADABLE',
    });
  });

  it('need as many labels as classes', async () => {
    await expect(
      said('yolov8', { predictions: 'output0' }, { output0: columns }, { labels: ['cat'] }),
    ).rejects.toMatchObject({ code: 'LABEL_COUNT' });
  });
});

describe('targets', () => {
  const open = () => said('yolov8', { predictions: 'output0' }, { output0: columns });

  it('are a box by its place, the best of a label, and all boxes', async () => {
    const { subject, found } = await open();
    const [dog] = subject.targets('box:0', found)!;
    expect(dog).toEqual({
      ...{ words: 'box:0', label: 'dog', box: { x: 15, y: 15, width: 10, height: 10 } },
      reading: { kind: 'element', output: 'output0', index: [5, 0] },
    });
    expect(subject.targets('box:dog', found)).toEqual([dog]);
    expect(subject.targets('BOXES', found)!.map(({ words }) => words)).toEqual(['box:0', 'box:1']);
    expect(subject.targets('output0[4,0]', found)).toBeUndefined();
    expect(() => subject.targets('box:2', found)).toThrow(expect.objectContaining({ code: 'TARGET_INVALID' }));
    expect(() => subject.targets('box:horse', found)).toThrow(expect.objectContaining({ code: 'UNKNOWN_CLASS' }));
  });

  it('are the best twenty boxes, or as many as are asked for, and what is left out is told', async () => {
    const { subject, found } = await open();
    const { detections } = found as typeof found & { readonly detections: readonly unknown[] };
    const many = { ...found, detections: Array.from({ length: 25 }, () => detections[0]) };
    expect(subject.targets('boxes', many)).toHaveLength(20);
    expect(subject.leavesOut!('boxes', many)).toBe('boxes names the best 20 of 25 boxes; boxes:25 names them all');
    expect(subject.targets('boxes:25', many)).toHaveLength(25);
    expect(subject.leavesOut!('boxes:25', many)).toBeUndefined();
    expect(subject.targets('boxes:1', found)!.map(({ words }) => words)).toEqual(['box:0']);
    for (const words of ['boxes', 'box:0', 'output0[4,0]']) expect(subject.leavesOut!(words, found)).toBeUndefined();
  });

  it('are of a label that the answer leaves out too', async () => {
    const weak = float32(
      columns.data.map((value, at) => (at >= 16 && at < 20 ? value / 10 : value)),
      columns.dims,
    );
    const { subject, found } = await said('yolov8', { predictions: 'output0' }, { output0: weak });
    expect(found.decision).toBe('2 dogs');
    const [cat] = subject.targets('box:cat', found)!;
    expect(cat).toMatchObject({ words: 'box:cat', reading: { index: [4, 2] }, box: { x: 40, y: 36 } });
    expect(subject.says(found, cat!)).toBe(false);
  });

  it('are said where a box of the label lies there, or anywhere where none is named', async () => {
    const { subject, found } = await open();
    const [dog] = subject.targets('box:0', found)!;
    expect(subject.says(found, dog!)).toBe(true);
    expect(subject.says(found, { ...dog!, box: { x: 40, y: 15, width: 10, height: 10 } })).toBe(false);
    expect(subject.says(found, { words: dog!.words, label: dog!.label, reading: dog!.reading })).toBe(true);
    expect(subject.says(found, { ...dog!, label: null })).toBeUndefined();
  });
});
