import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  float32,
  PixelSubject,
  toFloat32,
  type QuestionAnswer,
  type QuestionAnswerer,
  type Tensor,
} from '@understory/core';
import { constrained, constrainedPicture, constraints } from '../../src/constraint/constraint.ts';
import { openAnswerer, type OpenedAnswerer } from '../answerer.ts';
import { fixture, readGolden, type Golden } from '../golden.ts';

const normalisation = { mean: [0.5, 0.25, 0.75], deviation: [0.5, 0.25, 0.2], order: 'RGB' } as const;
const box = { x: 18, y: 9, width: 25, height: 22 };

/** Pixels in 0..1 of a size. */
function noise(height: number, width: number): Tensor<'float32'> {
  const data = Float32Array.from({ length: 3 * height * width }, (_, at) => ((at * 7919) % 256) / 255);
  return float32(data, [1, 3, height, width]);
}

const confidences = ({ answers }: QuestionAnswer) =>
  answers.map(({ target, probability }) => [target, probability] as const);

function expectSame(found: QuestionAnswer, expected: QuestionAnswer): void {
  const others = new Map(confidences(expected));
  for (const [target, probability] of confidences(found)) expect(probability).toBeCloseTo(others.get(target)!, 5);
}

describe('an answer held to a box', () => {
  let golden: Golden;
  let opened: OpenedAnswerer;
  let asked: PixelSubject;
  const pixels = noise(48, 64);

  beforeAll(async () => {
    golden = await readGolden('mdetr');
    opened = await openAnswerer(fixture('mdetr'));
    asked = new PixelSubject(opened.answerer.asking(golden.text!), normalisation, { height: 48, width: 64 });
  });
  afterAll(() => opened.close());

  const plain = async (picture: Tensor<'float32'>, mask?: Uint8Array) =>
    (await asked.framed(asked, mask).answer(picture))[0] as QuestionAnswer;

  it.each(constraints)('is the plain one in a box of the whole picture, by %s', async (constraint) => {
    const found = await constrained(asked, pixels, { x: 0, y: 0, width: 64, height: 48 }, constraint);
    expectSame(found, await plain(pixels));
  });

  it.each(['crop', 'blur'] as const)('is that of the picture that is shown, by %s', async (constraint) => {
    const shown = await constrainedPicture(asked, pixels, box, constraint);
    // The crop of 25 x 22 is as high as the picture and leaves nine columns, which are padding.
    const mask = Uint8Array.from({ length: 48 * 64 }, (_, at) => Number(constraint === 'blur' || at % 64 < 55));
    const found = await constrained(asked, pixels, box, constraint);
    expectSame(found, await plain(shown, mask));
    if (constraint === 'blur') return;
    const filled = [0, 1, 2].map((channel) => shown.data[channel * 48 * 64 + 63]);
    expect(filled).toEqual(normalisation.mean.map(Math.fround));
    expect(toFloat32(asked.feeds(shown)['pixel_values']!)[63]).toBe(0);
  });

  it('does not depend on what is far outside the box where tokens are hidden, and on what is in it', async () => {
    const { layer, reads } = asked.subject;
    const found = await constrained(asked, pixels, box, 'tokens');
    expect(confidences(found)).not.toEqual(confidences(await plain(pixels)));
    expect(layer).toBeDefined();
    expect(reads).toContain('pred_boxes');
    const shown = await constrainedPicture(asked, pixels, box, 'tokens');
    const place = (x: number, y: number) => y * 64 + x;
    expect(shown.data[place(20, 12)]).toBe(pixels.data[place(20, 12)]);
    expect(shown.data[place(3, 3)]).toBeCloseTo(0.8 + 0.2 * pixels.data[place(3, 3)]!, 6);
    expect(shown.data[place(50, 12)]).toBeCloseTo(0.8 + 0.2 * pixels.data[place(50, 12)]!, 6);
  });
});

describe('an answer about a padded picture', () => {
  it.each(['blur', 'tokens'] as const)('is that about the picture, by %s', async (constraint) => {
    const opened = await openAnswerer(fixture('vilt'));
    try {
      const size = { height: 48, width: 64 };
      const asked = new PixelSubject(opened.answerer.asking('What color is the left apple?'), normalisation, size);
      const pixels = noise(48, 64);
      const padded = new Float32Array(3 * 64 * 80).fill(0.7);
      const mask = new Uint8Array(64 * 80);
      for (let row = 0; row < 3 * 48; row += 1) {
        const at = (Math.floor(row / 48) * 64 + (row % 48)) * 80;
        padded.set(pixels.data.subarray(row * 64, (row + 1) * 64), at);
        if (row < 48) mask.fill(1, at, at + 64);
      }
      const framed = asked.framed({ height: 64, width: 80 }, mask);
      const found = await constrained(framed, float32(padded, [1, 3, 64, 80]), box, constraint);
      expectSame(found, await constrained(asked, pixels, box, constraint));
      expect(confidences(found)).not.toEqual(confidences((await asked.answer(pixels))[0] as QuestionAnswer));
    } finally {
      await opened.close();
    }
  });
});

describe('an answer of a model without a mask of pixels', () => {
  it('sees the crop in the middle, and says why tokens cannot be hidden', async () => {
    const opened = await openAnswerer(fixture('relation-network'));
    try {
      const answerer = opened.answerer.asking('What color is the metal cube left of the red sphere?');
      const asked = new PixelSubject(answerer, normalisation, { height: 128, width: 128 });
      const picture = noise(128, 128);
      const shown = await constrainedPicture(asked, picture, { x: 8, y: 16, width: 32, height: 64 }, 'crop');
      const row = Array.from(shown.data.slice(0, 128));
      expect(row.slice(0, 32)).toEqual(Array<number>(32).fill(0.5));
      expect(row.slice(96)).toEqual(Array<number>(32).fill(0.5));
      expect(row[32]).toBeCloseTo(picture.data[16 * 128 + 8]!, 6);
      await expect(constrained(asked, picture, box, 'tokens')).rejects.toMatchObject({
        code: 'CONSTRAINT_NOT_AVAILABLE',
        found: 'it takes no mask of pixels, from which the masks of its tokens are made',
      });
      expect((await constrained(asked, picture, box, 'blur')).answers).toHaveLength(28);
    } finally {
      await opened.close();
    }
  });
});

describe('a model that says what colour most of a picture has', () => {
  /** Red on the left, a little green on the right. */
  const picture = float32(
    Float32Array.from({ length: 3 * 256 }, (_, at) => Number(at < 256 ? at % 16 < 12 : at < 512 && at % 16 >= 12)),
    [1, 3, 16, 16],
  );
  const answerer = {
    ...{ task: 'visual-question-answering', reads: ['colour'], forms: [], question: 'What color?' },
    picture: { name: 'pixels', type: 'float32', layout: 'NCHW', channels: 3, size: { height: 16, width: 16 } },
    model: {
      inputs: [{ name: 'pixels', type: 'float32', dims: ['N', 3, 16, 16] }],
      run: ({ pixels }: { readonly pixels: Tensor<'float32'> }) => {
        const means = [0, 1].map(
          (at) => pixels.data.slice(256 * at, 256 * (at + 1)).reduce((sum, value) => sum + value) / 256,
        );
        return Promise.resolve({ colour: float32(Float32Array.from(means), [1, 2]) });
      },
    },
    asking: () => answerer,
    feeds: (pixels: Tensor<'float32'>) => ({ pixels }),
    answersOf: ({ colour }: { readonly colour: Tensor<'float32'> }) => [
      { decision: colour.data[0]! > colour.data[1]! ? 'red' : 'green', answers: [] },
    ],
  } as unknown as QuestionAnswerer;

  it.each([
    ['crop', 'green'],
    ['blur', 'red'],
  ] as const)('sees the box alone by %s', async (constraint, decision) => {
    const asked = new PixelSubject(
      answerer,
      { mean: [0, 0, 0], deviation: [1, 1, 1], order: 'RGB' },
      { height: 16, width: 16 },
    );
    const right = { x: 12, y: 4, width: 4, height: 8 };
    expect((await constrained(asked, picture, right, constraint)).decision).toBe(decision);
  });
});
