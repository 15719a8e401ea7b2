import { describe, expect, it } from '@jest/globals';
import { imageTextTask, questionTask, seededRandom, type ProbeItem } from '@understory/core';
import { rgbImage, type RgbImage } from '@understory/imaging';
import { memoryStore } from '@understory/experiments';
import { probeKeeper } from '../src/probe/keep-probe.ts';
import { probeExperiment, type ProbePlan } from '../src/probe/probe-experiment.ts';

const plain = (level: number) => rgbImage(new Uint8Array(3 * 16 * 8).fill(level), 16, 8);

/** As far as it is asked for. */
const pixelSubject = {
  ...{ channels: 3, height: 4, width: 8, frame: { x: 0, y: 0, width: 8, height: 4 } },
  subject: { picture: {} },
};

/** A probe whose row is the item that it was given, of pictures that are made half as large. */
function planOf(task: string | undefined): { readonly plan: ProbePlan; readonly decoded: string[] } {
  const decoded: string[] = [];
  return {
    decoded,
    plan: {
      probe: {
        experiment: () => ({
          rows: async (item) => [item],
          summarise: async () => Promise.reject(new Error('nothing is summarised')),
        }),
      },
      request: { subject: pixelSubject, seed: 0 } as never,
      preprocessing: {
        resize: { kind: 'exact', width: 8, height: 4, filter: 'box' },
        ...{ rescale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1], channels: 3, order: 'RGB', layout: 'NCHW' },
      } as never,
      labels: { indexOf: () => undefined, unmapped: [] },
      onlyCorrect: false,
      codec: {
        async decode(_: Uint8Array, name: string) {
          decoded.push(name);
          return plain(51);
        },
      } as never,
      ...(task !== undefined && { task }),
    },
  };
}

const box = { x: 4, y: 2, width: 8, height: 4 };
const read = async () => new Uint8Array();

const image = {
  id: 'a',
  item: {
    captionTests: [{ kind: 'object', captions: ['a'], against: ['b'], box, counterpart: 'other caption' }],
    questions: [
      {
        ...{ kind: 'colour', phrasings: ['what?'], answer: 'red', box },
        others: [{ box: { x: 0, y: 0, width: 2, height: 2 }, answer: 'blue' }],
        counterpart: { picture: 'other answer', answer: 'blue' },
      },
    ],
    otherPictures: { 'other caption': read, 'other answer': read, unused: read },
  },
  picture: async () => plain(255),
};

const itemFor = async (task?: string) => {
  const { plan, decoded } = planOf(task);
  const [item] = await probeExperiment(plan).rows(image, seededRandom(0));
  return { item: item as unknown as ProbeItem, decoded };
};

describe('what a probe is given of an item', () => {
  it('is its questions, with boxes where they lie in the prepared picture and the pictures that they name', async () => {
    const { item, decoded } = await itemFor(questionTask);
    expect(item.captionTests).toBeUndefined();
    expect(item.questions).toEqual([
      {
        ...image.item.questions[0],
        box: { x: 2, y: 1, width: 4, height: 2 },
        others: [{ box: { x: 0, y: 0, width: 1, height: 1 }, answer: 'blue' }],
      },
    ]);
    expect(decoded).toEqual(['other answer']);
    expect(item.otherPictures!['other answer']!.dims).toEqual([1, 3, 4, 8]);
    expect(item.otherPictures!['other answer']!.data[0]).toBeCloseTo(0.2, 6);
  });

  it('has boxes of a picture that was resized since where they lie in the one that is there', async () => {
    const [asked] = image.item.questions;
    const drawn = { x: 12, y: 6, width: 24, height: 12 };
    const others = [{ box: { x: 0, y: 0, width: 6, height: 6 }, answer: 'blue' }];
    const resized = { ...asked!, box: drawn, others, boxesIn: { width: 48, height: 24 } };
    const [item] = await probeExperiment(planOf(questionTask).plan).rows(
      { ...image, item: { ...image.item, questions: [resized] } },
      seededRandom(0),
    );
    expect((item as unknown as ProbeItem).questions).toEqual((await itemFor(questionTask)).item.questions);
  });

  it('is its captions for a model of captions, and both for a probe of any model', async () => {
    const captions = await itemFor(imageTextTask);
    expect(captions.item.questions).toBeUndefined();
    expect(captions.item.captionTests![0]!.box).toEqual({ x: 2, y: 1, width: 4, height: 2 });
    expect(captions.decoded).toEqual(['other caption']);
    expect((await itemFor()).decoded).toEqual(['other caption', 'other answer']);
  });
});

describe('pictures that a probe keeps', () => {
  it('are written as they are, and larger with what is drawn over them', async () => {
    const encoded: RgbImage[] = [];
    const drawn: unknown[] = [];
    const keep = probeKeeper(memoryStore(), {
      codec: {
        async encodePng(picture: RgbImage) {
          encoded.push(picture);
          return new Uint8Array(1);
        },
      } as never,
      async annotate(picture, annotations) {
        drawn.push(annotations);
        return picture;
      },
    });
    const pixels = { type: 'float32', dims: [1, 3, 4, 8], data: new Float32Array(96).fill(1) } as const;
    await keep('a', 'plain', pixels);
    await keep('a', 'boxed', pixels, { boxes: [{ box: { x: 2, y: 1, width: 4, height: 2 }, label: 'left apple' }] });
    const heat = { height: 1, width: 2, data: Float32Array.of(0, 1) };
    await keep('a', 'map', pixels, { heat });
    expect(encoded.map(({ width, height }) => [width, height])).toEqual([
      [8, 4],
      [256, 128],
      [256, 128],
    ]);
    expect(drawn).toEqual([
      { boxes: [{ box: { x: 64, y: 32, width: 128, height: 64 }, label: 'left apple' }], lines: [] },
    ]);
    const [white, , mapped] = encoded;
    expect(new Set(white!.data)).toEqual(new Set([255]));
    expect(new Set(mapped!.data).size).toBeGreaterThan(2);
  });
});
