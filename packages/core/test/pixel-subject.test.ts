import { describe, expect, it } from '@jest/globals';
import { expression, float32, ImageClassifier, PixelSubject, toFloat32 } from '@understory/core';
import type { Dimension, Feeds, Model } from '@understory/core';

/** A model that says of each sample the sum of what it is fed, and minus that. */
function modelOf(dims: readonly Dimension[]): Model {
  return {
    inputs: [{ name: 'images', type: 'float32', dims }],
    outputs: [{ name: 'logits', type: 'float32', dims: ['N', 2] }],
    layers: [],
    origin: { backend: 'test', executionProvider: 'memory', sha256: '', remarks: [] },
    run: (feeds: Feeds) => {
      const data = toFloat32(feeds['images']!);
      const fed = feeds['images']!.dims;
      const size = data.length / fed[0]!;
      const sums = Array.from({ length: fed[0]! }, (_, sample) =>
        data.slice(sample * size, (sample + 1) * size).reduce((sum, value) => sum + value, 0),
      );
      const logits = Float32Array.from(sums.flatMap((sum) => [sum, -sum]));
      return Promise.resolve({ logits: float32(logits, [fed[0]!, 2]) });
    },
    close: () => Promise.resolve(),
  };
}

const normalisation = { mean: [0.25, 0.5, 0.75], deviation: [0.5, 0.25, 1], order: 'RGB' } as const;

function classifier(
  dims: readonly Dimension[],
  { order = 'RGB' as 'RGB' | 'BGR', size = { height: 1, width: 2 } } = {},
): PixelSubject {
  return new PixelSubject(new ImageClassifier({ model: modelOf(dims) }), { ...normalisation, order }, size);
}

const channelsLast = () => classifier(['N', 2, 1, 3], { size: { height: 2, width: 1 } });

/** One picture of two pixels: (0.25, 0.5, 0.75) and (0.75, 1, 0.25). */
const pixels = float32(Float32Array.of(0.25, 0.75, 0.5, 1, 0.75, 0.25), [1, 3, 1, 2]);

describe('what a PixelSubject feeds', () => {
  it('is normalised a channel at a time', () => {
    const { images } = classifier(['N', 3, 1, 2]).feeds(pixels);
    expect(images).toEqual(float32(Float32Array.of(0, 1, 0, 2, 0, -0.5), [1, 3, 1, 2]));
  });

  it('has its channels last where the model wants them so', () => {
    const { images } = channelsLast().feeds(float32(pixels.data, [1, 3, 2, 1]));
    expect(images).toEqual(float32(Float32Array.of(0, 0, 0, 1, 2, -0.5), [1, 2, 1, 3]));
  });

  it('has blue first where the model wants it so, with the means in the order of the model', () => {
    const { images } = classifier(['N', 3, 1, 2], { order: 'BGR' }).feeds(pixels);
    expect(images).toEqual(float32(Float32Array.of(1, 0, 0, 2, -0.5, 0), [1, 3, 1, 2]));
  });

  it('keeps samples apart', async () => {
    const model = classifier(['N', 3, 1, 2]);
    const other = float32(
      Float32Array.from(pixels.data, (value) => 1 - value),
      [1, 3, 1, 2],
    );
    const both = float32(Float32Array.of(...pixels.data, ...other.data), [2, 3, 1, 2]);
    const together = await model.answer(both);
    expect(together).toEqual([...(await model.answer(pixels)), ...(await model.answer(other))]);
    expect(together[0]!.classes!.logits).toEqual(Float32Array.of(2.5, -2.5));
  });
});

describe('the expression of what a PixelSubject feeds', () => {
  it('takes the mean off and divides, in the layout of the model', () => {
    const image = expression.input('pixels');
    const channel = (values: readonly number[]) =>
      expression.constant(float32(Float32Array.from(values), [1, 3, 1, 1]));
    const { mean, deviation } = normalisation;
    const normal = (of: typeof image) => expression.divide(expression.subtract(of, channel(mean)), channel(deviation));
    expect(classifier(['N', 3, 1, 2]).normalised(image)).toEqual(normal(image));
    expect(classifier(['N', 3, 1, 2], { order: 'BGR' }).normalised(image)).toEqual(
      normal(expression.take(image, 1, [2, 1, 0])),
    );
    expect(channelsLast().normalised(image)).toEqual(expression.transpose(normal(image), [0, 2, 3, 1]));
  });
});

describe('a PixelSubject of other channels', () => {
  const grey = { mean: [0.5], deviation: [0.25], order: 'RGB' } as const;

  it('takes one', () => {
    const subject = new PixelSubject(new ImageClassifier({ model: modelOf(['N', 1, 1, 2]) }), grey, {
      height: 1,
      width: 2,
    });
    expect(subject.channels).toBe(1);
    expect(subject.feeds(float32(Float32Array.of(0, 1), [1, 1, 1, 2]))['images']).toEqual(
      float32(Float32Array.of(-2, 2), [1, 1, 1, 2]),
    );
    const [said] = [subject.normalised(expression.input('pixels'))];
    expect(said).toMatchObject({ kind: 'binary', left: { left: expression.input('pixels') } });
  });

  it('swaps red and blue of four, and leaves the last where it is', () => {
    const four = { mean: [0, 0, 0, 0], deviation: [1, 1, 1, 1], order: 'BGR' } as const;
    const subject = new PixelSubject(new ImageClassifier({ model: modelOf(['N', 4, 1, 1]) }), four, {
      height: 1,
      width: 1,
    });
    expect(subject.feeds(float32(Float32Array.of(0, 0.25, 0.5, 1), [1, 4, 1, 1]))['images']).toEqual(
      float32(Float32Array.of(0.5, 0.25, 0, 1), [1, 4, 1, 1]),
    );
  });
});

describe('what a PixelSubject refuses', () => {
  const refused: readonly {
    readonly what: string;
    readonly found: string;
    readonly data: Float32Array;
    readonly dims: number[];
  }[] = [
    { what: 'another size', found: '[1, 3, 2, 2]', data: new Float32Array(12), dims: [1, 3, 2, 2] },
    { what: 'no sample', found: '[0, 3, 1, 2]', data: new Float32Array(0), dims: [0, 3, 1, 2] },
    { what: 'too much light', found: 'a pixel of 1.5', data: Float32Array.of(0, 0, 0, 0, 0, 1.5), dims: [1, 3, 1, 2] },
    { what: 'no number', found: 'a pixel of NaN', data: Float32Array.of(0, NaN, 0, 0, 0, 0), dims: [1, 3, 1, 2] },
  ];

  it.each(refused)('$what', ({ data, dims, found }) => {
    const failure = thrownBy(() => classifier(['N', 3, 1, 2]).feeds(float32(data, dims)));
    expect(failure).toMatchObject({ code: 'PIXELS_INVALID', found });
  });

  it('a normalisation of other channels than the model has', () => {
    expect(thrownBy(() => classifier(['N', 1, 4, 4]))).toMatchObject({ code: 'PIXELS_INVALID' });
  });
});

describe('padding', () => {
  const padded = Uint8Array.of(0, 0, 0, 0, 1, 1, 0, 1, 1, 0, 0, 0);
  const size = { height: 4, width: 3 };

  function fedMasks(subject: PixelSubject): readonly (readonly Uint8Array[] | undefined)[] {
    const given: (readonly Uint8Array[] | undefined)[] = [];
    const { subject: own } = subject;
    const watched = Object.assign(Object.create(own) as typeof own, {
      picture: own.picture,
      feeds(pixels: Parameters<typeof own.feeds>[0], masks?: readonly Uint8Array[]) {
        given.push(masks);
        return own.feeds(pixels, masks);
      },
    });
    subject.shownTo(watched).feeds(float32(new Float32Array(2 * 36), [2, 3, 4, 3]));
    return given;
  }

  it('is told to the subject of every sample, and what it leaves is the frame', () => {
    const subject = classifier(['N', 3, 'H', 'W'], { size }).framed(size, padded);
    expect(subject.frame).toEqual({ x: 1, y: 1, width: 2, height: 2 });
    expect(fedMasks(subject)).toEqual([[padded, padded]]);
  });

  it('is nothing where a picture fills its frame', () => {
    const subject = classifier(['N', 3, 'H', 'W'], { size }).framed(size, new Uint8Array(12).fill(1));
    expect([subject.mask, subject.frame]).toEqual([undefined, { x: 0, y: 0, width: 3, height: 4 }]);
    expect(fedMasks(subject)).toEqual([undefined]);
  });
});

function thrownBy(action: () => unknown): unknown {
  try {
    action();
  } catch (failure) {
    return failure;
  }
  throw new Error('nothing was thrown');
}
