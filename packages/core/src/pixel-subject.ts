import { expression, type Expression } from './contracts/expression.ts';
import type { Box } from './contracts/metric.ts';
import type { Feeds } from './contracts/model.ts';
import type { Answer, Subject } from './contracts/subject.ts';
import { errors } from './errors/index.ts';
import { frameWithin } from './frame-within.ts';
import { answer } from './subjects/answer.ts';
import { float32, type Tensor } from './tensor/tensor.ts';

/** How pixels in 0..1 become what a model is fed, a channel at a time: `(pixel - mean) / deviation`. */
export interface PixelNormalisation {
  /** One value a channel, in the order of the model's channels, for pixels in 0..1. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
  readonly order: 'RGB' | 'BGR';
}

/** A subject that takes pixels `[N, C, H, W]` in 0..1, red first where there are three: the normalisation is part of it. */
export class PixelSubject {
  readonly subject: Subject;
  readonly normalisation: PixelNormalisation;
  readonly channels: number;
  /** In pixels. */
  readonly height: number;
  readonly width: number;
  /** What is picture in every sample, `[H, W]`: 1 there, 0 where it was padded; undefined where nothing was. */
  readonly mask: Uint8Array | undefined;

  /** Throws PIXELS_INVALID where the normalisation is not of the model's channels. */
  constructor(
    subject: Subject,
    normalisation: PixelNormalisation,
    { height, width }: { readonly height: number; readonly width: number },
    mask?: Uint8Array,
  ) {
    const { mean, deviation, order } = normalisation;
    const channels = subject.picture.channels ?? mean.length;
    if (channels !== mean.length || channels !== deviation.length || (order === 'BGR' && channels < 3)) {
      throw errors.pixelsInvalid({
        found: `${mean.length} means and ${deviation.length} deviations in the order ${order}`,
        expected: `one of each for the model's ${channels} ${channels === 1 ? 'channel' : 'channels'}`,
      });
    }
    this.subject = subject;
    this.normalisation = normalisation;
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.mask = mask?.includes(0) ? mask : undefined;
  }

  /** The same for pictures of another size or padding; `mask` as the constructor takes it. */
  framed({ height, width }: { readonly height: number; readonly width: number }, mask?: Uint8Array): PixelSubject {
    return new PixelSubject(this.subject, this.normalisation, { height, width }, mask);
  }

  /** The same pictures for another subject of the same model, such as one that is asked something else. */
  shownTo(subject: Subject): PixelSubject {
    return new PixelSubject(subject, this.normalisation, this, this.mask);
  }

  /** The rectangle that padding leaves to the picture, in pixels. */
  get frame(): Box {
    return frameWithin(this, this.mask);
  }

  /** What the model is fed for pixels, as an expression that gradients pass through. */
  normalised(pixels: Expression): Expression {
    const { mean, deviation } = this.normalisation;
    const isSwapped = this.#order.some((from, to) => from !== to);
    const ordered = isSwapped ? expression.take(pixels, 1, this.#order) : pixels;
    const channel = (values: readonly number[]) =>
      expression.constant(float32(Float32Array.from(values), [1, values.length, 1, 1]));
    const normal = expression.divide(expression.subtract(ordered, channel(mean)), channel(deviation));
    return this.subject.picture.layout === 'NHWC' ? expression.transpose(normal, [0, 2, 3, 1]) : normal;
  }

  /** What the model is fed for pixels; throws PIXELS_INVALID. */
  feeds(pixels: Tensor<'float32'>): Feeds {
    this.check(pixels);
    const { mean, deviation } = this.normalisation;
    const { channels, height, width } = this;
    const samples = pixels.dims[0]!;
    const size = height * width;
    const normal = new Float32Array(pixels.data.length);
    const nhwc = this.subject.picture.layout === 'NHWC';
    for (let sample = 0; sample < samples; sample += 1) {
      for (let channel = 0; channel < channels; channel += 1) {
        const source = (sample * channels + this.#order[channel]!) * size;
        const target = nhwc ? sample * channels * size + channel : (sample * channels + channel) * size;
        const step = nhwc ? channels : 1;
        // Each operation rounds to float32, as it does inside a model.
        const [centre, scale] = [Math.fround(mean[channel]!), Math.fround(deviation[channel]!)];
        for (let at = 0; at < size; at += 1) {
          normal[target + at * step] = Math.fround(pixels.data[source + at]! - centre) / scale;
        }
      }
    }
    const dims = nhwc ? [samples, height, width, channels] : [samples, channels, height, width];
    const { mask } = this;
    return this.subject.feeds(float32(normal, dims), mask && Array.from({ length: samples }, () => mask));
  }

  /** What the model says of each sample. */
  answer(pixels: Tensor<'float32'>): Promise<readonly Answer[]> {
    return answer(this.subject, this.feeds(pixels));
  }

  /** Throws PIXELS_INVALID where a tensor is not `[N, C, H, W]` in 0..1. */
  check({ dims, data }: Tensor<'float32'>): void {
    const { channels, height, width } = this;
    const expected = `[N, ${channels}, ${height}, ${width}] in 0..1`;
    const fits = dims.length === 4 && dims[0]! > 0 && dims.slice(1).join() === [channels, height, width].join();
    if (!fits) throw errors.pixelsInvalid({ found: `[${dims.join(', ')}]`, expected });
    const outside = data.find((value) => !(value >= 0 && value <= 1));
    if (outside !== undefined) throw errors.pixelsInvalid({ found: `a pixel of ${outside}`, expected });
  }

  /** Which channel of the pixels each channel of the model is: colours may be the other way round, what follows them is not. */
  get #order(): readonly number[] {
    const { channels } = this;
    const last = this.normalisation.order === 'BGR' ? 2 : 0;
    return Array.from({ length: channels }, (_, channel) => (channel <= last ? last - channel : channel));
  }
}
