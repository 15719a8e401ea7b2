import { describe, expect, it } from '@jest/globals';
import { float32, ImageClassifier, PixelSubject, seededRandom, type Visualiser } from '@understory/core';
import { ChainModel, flatten, linear, visualiserContract } from '../src/index.ts';

const [height, width] = [2, 3];
const count = 3 * height * width;
const weights = [
  Array.from({ length: count }, (_, at) => (at % 2 === 0 ? 1 : -1)),
  Array.from({ length: count }, () => 1),
];
const subject = new PixelSubject(
  new ImageClassifier({
    model: new ChainModel({ input: [3, height, width], steps: [flatten('flat'), linear('logits', weights, [0, 0])] }),
  }),
  { mean: [0, 0, 0], deviation: [1, 1, 1], order: 'RGB' },
  { height, width },
);
const request = { subject, goal: { logits: float32(new Float32Array([1, 0]), [1, 2]) }, seed: 1 };

/** White where the weight is positive, with a little noise. */
const sound: Visualiser = {
  async visualise({ seed, signal, progress }) {
    signal?.throwIfAborted();
    const random = seededRandom(seed);
    const data = Float32Array.from({ length: count }, (_, at) => (at % 2 === 0 ? 0.9 : 0.1) + 0.05 * random.uniform());
    const value = data.reduce((sum, pixel, at) => sum + pixel * weights[0]![at]!, 0);
    progress?.(1, 2);
    progress?.(2, 2);
    return { pixels: float32(data, [1, 3, height, width]), value, trajectory: [0, value], warnings: [] };
  },
};

const broken: Readonly<Record<string, { readonly visualiser: Visualiser; readonly promise: RegExp }>> = {
  'with pixels above 1': {
    visualiser: {
      async visualise(given) {
        const made = await sound.visualise(given);
        return { ...made, pixels: { ...made.pixels, data: made.pixels.data.map((pixel) => 2 * pixel) } };
      },
    },
    promise: /in 0\.\.1/,
  },
  'of another size': {
    visualiser: {
      async visualise(given) {
        const made = await sound.visualise(given);
        return { ...made, pixels: { ...made.pixels, dims: [1, 3, width, height] } };
      },
    },
    promise: /of the size/,
  },
  'with another value': {
    visualiser: { visualise: async (given) => ({ ...(await sound.visualise(given)), value: 100 }) },
    promise: /says what the goal is/,
  },
  'without a trajectory': {
    visualiser: { visualise: async (given) => ({ ...(await sound.visualise(given)), trajectory: [] }) },
    promise: /at each step/,
  },
  'of grey': {
    visualiser: {
      async visualise(given) {
        const made = await sound.visualise(given);
        return { ...made, value: 0, pixels: { ...made.pixels, data: made.pixels.data.map(() => 0.5) } };
      },
    },
    promise: /above that of a grey/,
  },
  'that ignores the seed': {
    visualiser: { visualise: (given) => sound.visualise({ ...given, seed: 7 }) },
    promise: /same seed/,
  },
  'that changes the goal': {
    visualiser: {
      async visualise(given) {
        const made = await sound.visualise(given);
        given.goal['logits']!.data[0]! *= 2;
        return made;
      },
    },
    promise: /leaves the goal/,
  },
  'without progress': {
    visualiser: { visualise: ({ progress: _, ...given }) => sound.visualise(given) },
    promise: /how far/,
  },
  'that ignores a signal': {
    visualiser: { visualise: ({ signal: _, ...given }) => sound.visualise(given) },
    promise: /signal/,
  },
};

describe('visualiserContract', () => {
  for (const { name, run } of visualiserContract({ create: () => sound, request })) it(`accepts: ${name}`, run);

  it.each(Object.keys(broken))('refuses a visualiser %s', async (name) => {
    const { visualiser, promise } = broken[name]!;
    const own = { ...request, goal: structuredClone(request.goal) };
    const cases = visualiserContract({ create: () => visualiser, request: own });
    const kept = cases.find((each) => promise.test(each.name))!;
    await expect(kept.run()).rejects.toThrow(/expected/);
  });
});
