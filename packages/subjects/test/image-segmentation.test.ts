import { describe, expect, it } from '@jest/globals';
import { answer, float32, negative, type ModelFacts, type Tensor } from '@understory/core';
import { imageSegmentation } from '../src/image-segmentation/kind.ts';
import type { SegmentationAnswer } from '../src/image-segmentation/image-segmentation.ts';
import { factsOf, spec } from './models.ts';

const labels = ['road', 'car'];
const pixels = float32(new Float32Array(3 * 64 * 64), [1, 3, 64, 64]);

/** What a model says that answers with that tensor. */
async function said(scores: Tensor, form: string, more: Partial<ModelFacts> = {}) {
  const outputs = [spec('out', ['N', ...scores.dims.slice(1)])];
  const facts = factsOf({ outputs, answers: { out: scores } }, { labels, ...more });
  const subject = await imageSegmentation.open(
    facts,
    { evidence: 'task', why: '', tensors: { scores: 'out' }, form },
    {},
  );
  const [found] = (await answer(subject, subject.feeds(pixels))) as readonly SegmentationAnswer[];
  return { subject, found: found! };
}

/** Two classes of 2 x 2 pixels: road but for the pixel at the bottom right. */
const first = float32(Float32Array.of(4, 2, 3, -1, 1, 1, 0, 5), [1, 2, 2, 2]);
const last = float32(Float32Array.of(4, 1, 2, 1, 3, 0, -1, 5), [1, 2, 2, 2]);
const code = (name: string) => expect.objectContaining({ code: name });

describe.each([
  ['[N, C, H, W]', first],
  ['[N, H, W, C]', last],
] as const)('%s', (form, scores) => {
  it('is a class for each pixel, told by shares', async () => {
    const { found } = await said(scores, form);
    expect(found.decision).toBe('road 75 %, car 25 %');
    expect(found.map.classes).toEqual(Uint16Array.of(0, 0, 0, 1));
    expect(found.options).toMatchObject([
      { target: 'region:0', label: 'road', score: 3, share: 0.75 },
      { target: 'region:1', label: 'car', score: 5, share: 0.25 },
    ]);
    const roads = [4 - 1, 2 - 1, 3 - 0].map((difference) => 1 / (1 + Math.exp(-difference)));
    expect(found.options[0]!.probability).toBeCloseTo((roads[0]! + roads[1]! + roads[2]!) / 3, 6);
  });

  it('names regions and pixels, of the picture in columns and rows', async () => {
    const { subject, found } = await said(scores, form);
    const [road] = subject.targets('region:road', found)!;
    const weights = form === '[N, C, H, W]' ? [1, 1, 1, 0, 0, 0, 0, 0] : [1, 0, 1, 0, 1, 0, 0, 0];
    expect(road).toMatchObject({ words: 'region:0', label: 'road', reading: { kind: 'weights', output: 'out' } });
    expect(road!.reading).toMatchObject({
      weights: float32(
        Float32Array.from(weights, (weight) => weight / 3),
        [2, 2, 2],
      ),
    });
    expect(subject.targets('0', found)).toEqual([road]);
    expect(subject.targets('Road', found)).toEqual([road]);
    expect(subject.targets('regions', found)!.map(({ label }) => label)).toEqual(['road', 'car']);
    const index = (of: number, row: number, column: number) =>
      form === '[N, C, H, W]' ? [of, row, column] : [row, column, of];
    expect(subject.targets('pixel:40,10', found)).toEqual([
      {
        ...{ words: 'pixel:40,10', label: 'road', box: { x: 32, y: 0, width: 32, height: 32 } },
        reading: { kind: 'element', output: 'out', index: index(0, 0, 1) },
      },
    ]);
    expect(subject.targets('pixel:10,63:car', found)).toMatchObject([
      { words: 'pixel:10,63:1', label: 'car', reading: { index: index(1, 1, 0) } },
    ]);
    expect(subject.targets('out[0,0,0]', found)).toBeUndefined();
    expect(() => subject.targets('pixel:64,0', found)).toThrow(code('TARGET_INVALID'));
    expect(() => subject.targets('region:tree', found)).toThrow(code('UNKNOWN_CLASS'));
  });

  it('says a target where more than half of its pixels keep its class', async () => {
    const { subject, found } = await said(scores, form);
    const [road, car] = [...subject.targets('regions', found)!];
    expect([subject.says(found, road!), subject.says(found, car!)]).toEqual([true, true]);
    const changed = (classes: readonly number[]): SegmentationAnswer => ({
      ...found,
      map: { ...found.map, classes: Uint16Array.from(classes) },
    });
    expect(subject.says(changed([0, 0, 1, 0]), road!)).toBe(true);
    expect(subject.says(changed([0, 1, 1, 1]), road!)).toBe(false);
    expect(subject.says(changed([0, 0, 1, 0]), car!)).toBe(false);
    expect(subject.says(found, negative(road!))).toBe(true);
    const [pixel] = subject.targets('pixel:10,63:car', found)!;
    expect([subject.says(found, pixel!), subject.says(changed([0, 0, 1, 0]), pixel!)]).toEqual([false, true]);
  });

  it('is the same decision where the classes overlap by half on average', async () => {
    const { subject, found } = await said(scores, form);
    const changed = (classes: readonly number[]): SegmentationAnswer => ({
      ...found,
      map: { ...found.map, classes: Uint16Array.from(classes) },
    });
    expect(subject.agrees(found, found)).toBe(true);
    // Intersections over unions of 2 / 3 and 1 / 2, then of 2 / 4 and 0.
    expect(subject.agrees(found, changed([0, 0, 1, 1]))).toBe(true);
    expect(subject.agrees(changed([0, 0, 1, 1]), found)).toBe(true);
    expect(subject.agrees(found, changed([0, 0, 1, 0]))).toBe(false);
  });
});

describe('one number a pixel', () => {
  const logits = float32(Float32Array.of(-2, -4, 3, -3), [1, 1, 2, 2]);

  it('is of one class against the background', async () => {
    const { subject, found } = await said(logits, 'mask', { labels: ['cat'] });
    expect(found.decision).toBe('background 75 %, cat 25 %');
    expect(found.options).toMatchObject([
      { target: 'region:0', score: 3 },
      { target: 'region:1', label: 'cat', score: 3 },
    ]);
    const [background] = subject.targets('region:background', found)!;
    const third = -1 / 3;
    expect(background!.reading).toMatchObject({ weights: float32(Float32Array.of(third, third, 0, third), [1, 2, 2]) });
    expect(subject.targets('pixel:0,0', found)).toMatchObject([
      { label: 'background', reading: { kind: 'sum', terms: [{ weight: -1, of: { index: [0, 0, 0] } }] } },
    ]);
    expect(subject.says(found, background!)).toBe(true);
    const [cat] = subject.targets('pixel:0,0:cat', found)!;
    expect(subject.says(found, cat!)).toBe(false);
  });

  it('may be a probability already', async () => {
    const { found } = await said(float32(Float32Array.of(0.1, 0.2, 0.9, 0.4), [1, 2, 2]), 'mask', {
      labels: undefined,
    });
    expect(found.decision).toBe('background 75 %, foreground 25 %');
    expect(found.options[1]!.probability).toBeCloseTo(0.9, 6);
  });
});

describe('what cannot be read', () => {
  it('is a class of each pixel without its scores', async () => {
    const outputs = [spec('out', ['N', 64, 64], 'int64')];
    const facts = factsOf({ outputs }, { labels, folder: { config: { architectures: ['XForSemanticSegmentation'] } } });
    const [reading] = imageSegmentation.readings(facts);
    expect(reading).toMatchObject({ evidence: 'folder', why: expect.stringContaining('cannot be asked for') });
    await expect(imageSegmentation.open(facts, reading!, {})).rejects.toMatchObject({ code: 'PIXEL_SCORES_MISSING' });
  });

  it('is a score that is not a number', async () => {
    const broken = float32(Float32Array.of(NaN, 2, 3, -1, 1, 1, 0, 5), [1, 2, 2, 2]);
    await expect(said(broken, '[N, C, H, W]')).rejects.toMatchObject({ code: 'SCORES_NOT_FINITE' });
  });

  it('needs as many labels as classes', async () => {
    await expect(said(first, '[N, C, H, W]', { labels: ['a', 'b', 'c'] })).rejects.toMatchObject({
      code: 'LABEL_COUNT',
    });
  });

  it('is a region that the picture does not have', async () => {
    const { subject, found } = await said(
      float32(Float32Array.of(1, 1, 1, 1, 0, 0, 0, 0), [1, 2, 2, 2]),
      '[N, C, H, W]',
    );
    expect(() => subject.targets('region:car', found)).toThrow(code('TARGET_INVALID'));
  });
});
