import { expression, type Expression } from './contracts/expression.ts';
import type { Feeds } from './contracts/model.ts';
import { errors } from './errors/index.ts';
import type { ImageClassifier, Prediction } from './image-classifier.ts';
import { float32, type Tensor } from './tensor/tensor.ts';

/** How pixels in 0..1 become what a model is fed, a channel at a time: `(pixel - mean) / deviation`. */
export interface PixelNormalisation {
  /** One value a channel, in the order of the model's channels, for pixels in 0..1. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  readonly order: 'RGB' | 'BGR';
}

/** A classifier that takes pixels `[N, 3, H, W]` in 0..1, red first: the normalisation is part of it. */
export class PixelClassifier {
  readonly classifier: ImageClassifier;
  readonly normalisation: PixelNormalisation;
  /** In pixels. */
  readonly height: number;
  readonly width: number;

  /** Throws PIXELS_INVALID for a model that does not take three channels. */
  constructor(
    classifier: ImageClassifier,
    normalisation: PixelNormalisation,
    { height, width }: { readonly height: number; readonly width: number },
  ) {
    const channels = classifier.channels ?? normalisation.mean.length;
    if (channels !== 3 || normalisation.mean.length !== 3 || normalisation.deviation.length !== 3) {
      throw errors.pixelsInvalid({
        found: `a model of ${channels} ${channels === 1 ? 'channel' : 'channels'} with ${normalisation.mean.length} means`,
        expected: 'a model that takes red, green and blue',
      });
    }
    this.classifier = classifier;
    this.normalisation = normalisation;
    this.height = height;
    this.width = width;
  }

  /** What the model is fed for pixels, as an expression that gradients pass through. */
  normalised(pixels: Expression): Expression {
    const { mean, deviation, order } = this.normalisation;
    const ordered = order === 'BGR' ? expression.take(pixels, 1, [2, 1, 0]) : pixels;
    const channel = (values: readonly number[]) =>
      expression.constant(float32(Float32Array.from(values), [1, values.length, 1, 1]));
    const normal = expression.divide(expression.subtract(ordered, channel(mean)), channel(deviation));
    return this.classifier.layout === 'NHWC' ? expression.transpose(normal, [0, 2, 3, 1]) : normal;
  }

  /** What the model is fed for pixels; throws PIXELS_INVALID. */
  feeds(pixels: Tensor<'float32'>): Feeds {
    this.check(pixels);
    const { mean, deviation, order } = this.normalisation;
    const samples = pixels.dims[0]!;
    const size = this.height * this.width;
    const normal = new Float32Array(pixels.data.length);
    const nhwc = this.classifier.layout === 'NHWC';
    for (let sample = 0; sample < samples; sample += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        const source = (sample * 3 + (order === 'BGR' ? 2 - channel : channel)) * size;
        const target = nhwc ? sample * 3 * size + channel : (sample * 3 + channel) * size;
        const step = nhwc ? 3 : 1;
        // Each operation rounds to float32, as it does inside a model.
        const [centre, scale] = [Math.fround(mean[channel]!), Math.fround(deviation[channel]!)];
        for (let at = 0; at < size; at += 1) {
          normal[target + at * step] = Math.fround(pixels.data[source + at]! - centre) / scale;
        }
      }
    }
    const dims = nhwc ? [samples, this.height, this.width, 3] : [samples, 3, this.height, this.width];
    return this.classifier.feeds(float32(normal, dims));
  }

  /** What the model says of each sample. */
  predict(pixels: Tensor<'float32'>): Promise<readonly Prediction[]> {
    return this.classifier.predict(this.feeds(pixels));
  }

  /** Throws PIXELS_INVALID where a tensor is not `[N, 3, H, W]` in 0..1. */
  check({ dims, data }: Tensor<'float32'>): void {
    const expected = `[N, 3, ${this.height}, ${this.width}] in 0..1`;
    const fits =
      dims.length === 4 && dims[0]! > 0 && dims[1] === 3 && dims[2] === this.height && dims[3] === this.width;
    if (!fits) throw errors.pixelsInvalid({ found: `[${dims.join(', ')}]`, expected });
    const outside = data.find((value) => !(value >= 0 && value <= 1));
    if (outside !== undefined) throw errors.pixelsInvalid({ found: `a pixel of ${outside}`, expected });
  }
}
