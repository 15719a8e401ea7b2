import {
  float32,
  ImageClassifier,
  PixelSubject,
  toFloat32,
  type Explainer,
  type Model,
  type ProbeItem,
  type ProbeRequest,
} from '@understory/core';
import {
  ChainModel,
  flatten,
  globalAveragePool,
  linear,
  pointwiseConvolution,
  relu,
  type ChainStep,
} from '@understory/testing';

const stem = [
  pointwiseConvolution(
    'stem',
    [
      [1, -0.5, 0.2],
      [0.25, 1, -0.4],
      [-1, 0.75, 0.9],
    ],
    [0.05, -0.1, 0.1],
  ),
  relu('features'),
];

const weights = [
  [3, -2, 0.5],
  [-1, 2, 1],
  [-1, 0.2, 2],
];

/** Blind to space: a mean over places of what each pixel is by itself, `[N, 3, side, side]` to three classes. */
export function blindModel(side: number): Model {
  return new ChainModel({
    input: [3, side, side],
    steps: [...stem, globalAveragePool('pooled'), flatten('flat'), linear('logits', weights, [0.1, 0, -0.2])],
  });
}

/** Sees nothing but places: the brightness of each quarter of the picture is a logit. */
export function placeModel(side: number): Model {
  return new ChainModel({ input: [3, side, side], steps: [...stem, quarters('logits')] });
}

function quarters(name: string): ChainStep {
  return {
    operator: 'ReduceMean',
    name,
    forward({ dims: [batch = 0, channels = 0, height = 0, width = 0], data }) {
      const logits = new Float64Array(4 * batch);
      data.forEach((value, at) => {
        const [x, y] = [at % width, Math.floor(at / width) % height];
        const sample = Math.floor(at / (channels * height * width));
        logits[4 * sample + 2 * Number(2 * y >= height) + Number(2 * x >= width)]! += value;
      });
      return { dims: [batch, 4], data: logits };
    },
    backward: () => {
      throw new Error('nothing here asks for gradients');
    },
  };
}

/** What the channels of `features` add to the score of a class at each place: CAM in closed form. */
const cam: Explainer = {
  async explain({ model, feeds, objective, signal }) {
    signal?.throwIfAborted();
    if (objective.kind !== 'score') throw new Error('explains scores');
    const features = (await model.run(feeds, ['features']))['features']!;
    const [, channels = 0, height = 0, width = 0] = features.dims;
    const values = toFloat32(features);
    return objective.index.map(([about = 0], sample) => {
      const data = new Float32Array(height * width);
      for (let channel = 0; channel < channels; channel += 1) {
        const start = (sample * channels + channel) * data.length;
        data.forEach((_, at) => (data[at]! += (weights[about]?.[channel] ?? 1) * values[start + at]!));
      }
      return { height, width, data, layer: 'features' };
    });
  },
};

function subjectOf(model: Model, side: number): PixelSubject {
  return new PixelSubject(
    new ImageClassifier({ model }),
    { mean: [0, 0, 0], deviation: [1, 1, 1], order: 'RGB' },
    { height: side, width: side },
  );
}

export function requestFor(model: Model, side: number, more: Partial<ProbeRequest> = {}): ProbeRequest {
  return { subject: subjectOf(model, side), explainer: { name: 'cam', explainer: cam }, seed: 7, ...more };
}

/** Pictures that differ from place to place and from each other. */
export function itemsOf(count: number, side: number): readonly ProbeItem[] {
  return Array.from({ length: count }, (_, number) => ({
    id: `images/${number}.png`,
    pixels: float32(
      Float32Array.from(
        { length: 3 * side * side },
        (_, at) => 0.5 + 0.5 * Math.sin(0.37 * at * (1 + (number % 7)) + 2.1 * number + Math.floor(at / side)),
      ),
      [1, 3, side, side],
    ),
    ...(number % 3 !== 2 && { label: number % 3 }),
  }));
}
