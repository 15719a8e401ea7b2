import { PixelSubject, seededRandom, toFloat32 } from '@understory/core';
import type { Answer, DifferentiableModel, Reading, Subject, Target } from '@understory/core';
import { ChainModel, flatten, linear, pointwiseConvolution, type ChainStep, type Dense } from '@understory/testing';

export const size = { height: 3, width: 4 } as const;

/** Exact in binary; one of each for every channel. */
export const normalisationOf = (channels: number) =>
  ({
    mean: Array.from({ length: channels }, () => 0.5),
    deviation: Array.from({ length: channels }, (_, channel) => 0.25 * (1 + (channel % 2))),
    order: 'RGB',
  }) as const;

export const numbers = (seed: string, count: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => Math.fround(0.5 * random.normal()));
};

/** The same numbers in another shape. */
function shaped(name: string, dims: readonly number[]): ChainStep {
  return {
    operator: 'Reshape',
    name,
    forward: ({ dims: [batch = 0], data }: Dense) => ({ dims: [batch, ...dims], data }),
    backward: (_, gradient) => gradient,
  };
}

interface Meaning {
  readonly task: string;
  readonly output: string;
  readonly answerOf: (values: Float32Array) => Answer;
  readonly says?: Subject['says'];
}

/** A subject whose answer follows from the numbers of one output. */
function subjectOf(
  model: DifferentiableModel,
  channels: number,
  { task, output, answerOf, says = () => undefined }: Meaning,
): PixelSubject {
  const subject: Subject = {
    task,
    model,
    picture: { name: 'pixels', type: 'float32', layout: 'NCHW', channels, size },
    reads: [output],
    feeds: (pixels) => ({ pixels }),
    answersOf(outputs) {
      const { dims } = outputs[output]!;
      const values = toFloat32(outputs[output]!);
      const length = values.length / dims[0]!;
      return Array.from({ length: dims[0]! }, (_, at) => answerOf(values.subarray(at * length, (at + 1) * length)));
    },
    targets: () => undefined,
    forms: [],
    agrees: (one, other) => one.decision === other.decision,
    says,
  };
  return new PixelSubject(subject, normalisationOf(channels), size);
}

const option = (target: string, score: number) => ({ target, label: null, score });
const said = (names: readonly string[], scores: readonly number[]): Answer => ({
  options: names.map((name, at) => option(name, scores[at]!)),
  decision: names.join(', '),
  probability: undefined,
});

export const isAmong = ({ options }: Answer, { words }: Target): boolean =>
  options.some(({ target }) => target === words.replace(/^-/, ''));

/** Boxes as rows of x, y, width, height and a score; those with a score above 0 are said. */
export function detector(channels = 3, boxes = 2) {
  const places = channels * size.height * size.width;
  const weights = Array.from({ length: 5 * boxes }, (_, row) => numbers(`detector ${row}`, places));
  const bias = numbers('detector bias', 5 * boxes);
  const model = new ChainModel({
    input: [channels, size.height, size.width],
    steps: [flatten('flat'), linear('heads', weights, bias), shaped('boxes', [boxes, 5])],
  });
  const subject = subjectOf(model, channels, {
    ...{ task: 'object-detection', output: 'boxes' },
    answerOf(values) {
      const found = Array.from({ length: boxes }, (_, at) => at).filter((at) => values[5 * at + 4]! > 0);
      return said(
        found.map((at) => `box:${at}`),
        found.map((at) => values[5 * at + 4]!),
      );
    },
    says: isAmong,
  });
  const target = (at: number): Target => ({
    ...{ words: `box:${at}`, label: null },
    reading: { kind: 'element', output: 'boxes', index: [at, 4] },
  });
  return {
    subject,
    target,
    weightsOf: (at: number) => weights[5 * at + 4]!,
    biasOf: (at: number) => bias[5 * at + 4]!,
  };
}

/** Two classes over the picture; what is said is the class of the most pixels. */
export function segmenter() {
  const weights = [numbers('class 0', 3), numbers('class 1', 3)];
  const model = new ChainModel({
    input: [3, size.height, size.width],
    steps: [pointwiseConvolution('masks', weights, [0.1, 0])],
  });
  const pixels = size.height * size.width;
  const subject = subjectOf(model, 3, {
    ...{ task: 'image-segmentation', output: 'masks' },
    answerOf(values) {
      const ones = Array.from({ length: pixels }, (_, at) => at).filter(
        (at) => values[pixels + at]! > values[at]!,
      ).length;
      return said([`region:${ones > pixels / 2 ? 1 : 0}`], [ones / pixels]);
    },
    says: isAmong,
  });
  const target = (index: number): Target => {
    const sign = (at: number) => (at < pixels === (index === 0) ? 1 : -1);
    const data = Float32Array.from({ length: 2 * pixels }, (_, at) => sign(at) / pixels);
    const reading: Reading = {
      ...{ kind: 'weights', output: 'masks' },
      weights: { type: 'float32', dims: [2, size.height, size.width], data },
    };
    return { words: `region:${index}`, label: null, reading };
  };
  return { subject, target };
}

/** A vector of four numbers. */
export function embedder() {
  const weights = [0, 1, 2, 3].map((row) => numbers(`embedder ${row}`, 3 * size.height * size.width));
  const model = new ChainModel({
    input: [3, size.height, size.width],
    steps: [flatten('flat'), linear('embedding', weights, [0.1, 0.2, 0.3, 0.4])],
  });
  const subject = subjectOf(model, 3, {
    ...{ task: 'image-feature-extraction', output: 'embedding' },
    answerOf: (values) => ({ ...said([], []), decision: values.join() }),
  });
  const target = (to: readonly number[], scale = 1): Target => ({
    ...{ words: 'similarity', label: null },
    reading: { kind: 'similarity', output: 'embedding', to: Float32Array.from(to), scale },
  });
  return { subject, target, weights };
}

/** One number. */
export function regressor(channels: number) {
  const weights = numbers(`regressor ${channels}`, channels * size.height * size.width);
  const model = new ChainModel({
    input: [channels, size.height, size.width],
    steps: [flatten('flat'), linear('age', [weights], [1])],
  });
  const subject = subjectOf(model, channels, {
    ...{ task: 'regression', output: 'age' },
    answerOf: ([age = NaN]) => said(['age'], [age]),
  });
  const target: Target = { words: 'age', label: null, reading: { kind: 'element', output: 'age', index: [0] } };
  return { subject, target, weights };
}
