import { float32, ImageClassifier, PixelSubject, seededRandom, type Prediction, type Tensor } from '@understory/core';
import { ChainModel, flatten, linear, type ChainStep } from '@understory/testing';

/** A subject whose logits and their slopes are known in closed form; `x` is one normalised sample. */
export interface ClosedForm {
  readonly subject: PixelSubject;
  readonly logits: (x: readonly number[]) => number[];
  /** `[class][component]`. */
  readonly slopes: (x: readonly number[]) => number[][];
}

export const size = { height: 3, width: 4 } as const;
export const components = 3 * size.height * size.width;
const classes = 5;

/** Exact in binary, so that both sides of a test normalise alike. */
export const normalisation = { mean: [0.5, 0.25, 0.5], deviation: [0.5, 0.25, 1], order: 'RGB' } as const;

const numbers = (seed: string, count: number, scale: number) => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => scale * random.normal());
};

export function subjectOf(
  steps: readonly ChainStep[],
  { height, width }: { readonly height: number; readonly width: number } = size,
): PixelSubject {
  const model = new ChainModel({ input: [3, height, width], steps });
  return new PixelSubject(new ImageClassifier({ model }), normalisation, { height, width });
}

export function linearModel(seed = 'linear', count = classes): ClosedForm {
  const weights = Array.from({ length: count }, (_, at) => numbers(`${seed} ${at}`, components, 0.5).map(Math.fround));
  const bias = numbers(`${seed} bias`, count, 1).map(Math.fround);
  return {
    subject: subjectOf([flatten('flat'), linear('logits', weights, bias)]),
    logits: (x) => weights.map((row, at) => row.reduce((sum, weight, place) => sum + weight * x[place]!, bias[at]!)),
    slopes: () => weights,
  };
}

/** Logits are less the larger the squared distance to a centre is. */
export function quadraticModel(seed = 'quadratic', count = classes): ClosedForm {
  const centres = Array.from({ length: count }, (_, at) => numbers(`${seed} ${at}`, components, 1));
  const logits = (x: readonly number[]) =>
    centres.map((centre) => -0.25 * x.reduce((sum, value, place) => sum + (value - centre[place]!) ** 2, 0));
  const slopes = (x: readonly number[]) =>
    centres.map((centre) => x.map((value, place) => -0.5 * (value - centre[place]!)));
  const step: ChainStep = {
    operator: 'Distance',
    name: 'logits',
    forward: ({ dims: [batch = 0], data }) => ({
      dims: [batch, count],
      data: Float64Array.from(Array.from({ length: batch }, (_, sample) => logits(sampleOf(data, sample))).flat()),
    }),
    backward({ dims: [batch = 0], data }, gradient) {
      const rows = Array.from({ length: batch }, (_, sample) => {
        const of = slopes(sampleOf(data, sample));
        return Array.from({ length: components }, (__, place) =>
          of.reduce((sum, row, at) => sum + row[place]! * gradient[sample * count + at]!, 0),
        );
      });
      return Float64Array.from(rows.flat());
    },
  };
  return { subject: subjectOf([flatten('flat'), step]), logits, slopes };
}

function sampleOf(data: Float64Array, sample: number): number[] {
  return [...data.subarray(sample * components, (sample + 1) * components)];
}

/** Pictures `[samples, 3, H, W]` of noise in 0..1, some values at its ends. */
export function pictures(samples: number, seed = 'pictures'): Tensor<'float32'> {
  const random = seededRandom(seed);
  const data = Float32Array.from({ length: samples * components }, () =>
    Math.min(1, Math.max(0, 1.2 * random.uniform() - 0.1)),
  );
  return float32(data, [samples, 3, size.height, size.width]);
}

/** Masks of 0 and 1, or of weights between. */
export function masksOf(samples: number, seed: string, weight: (uniform: number) => number): Tensor<'float32'>[] {
  const random = seededRandom(seed);
  return Array.from({ length: samples }, () =>
    float32(
      Float32Array.from({ length: size.height * size.width }, () => weight(random.uniform())),
      [size.height, size.width],
    ),
  );
}

/** What the model says of each sample. */
export async function predict(subject: PixelSubject, shown: Tensor<'float32'>): Promise<readonly Prediction[]> {
  return (await subject.answer(shown)).map(({ classes: said }) => said!);
}
