import { planesOf, viewOf } from './sample-array.ts';
import { rgbImage, type RgbImage, type Size } from './rgb-image.ts';

/**
 * A picture as shares of full light, `[channels, height, width]` in 0..1: red, green and blue, or grey where there are fewer than three
 * channels, and the alpha last where their number is even. Of an array its channels as they are.
 */
export function toUnitPixels({ data, width, height, alpha, samples }: RgbImage, channels = 3): Float32Array {
  const size = width * height;
  if (samples !== undefined) return planesOf(samples, channels).data.map((level) => level / 255);
  const colours = coloursOf(channels);
  const pixels = new Float32Array(channels * size);
  for (let channel = 0; channel < channels; channel += 1) {
    for (let place = 0; place < size; place += 1) {
      const level = channel < colours ? data[3 * place + channel]! : (alpha?.[place] ?? 255);
      pixels[channel * size + place] = level / 255;
    }
  }
  return pixels;
}

/**
 * The picture of `[channels, height, width]` in 0..1 with channels as `toUnitPixels` has them, each value rounded to the nearest of 256
 * levels; beyond the ends it is the end.
 */
export function fromUnitPixels(pixels: Float32Array, { width, height }: Size): RgbImage {
  const size = width * height;
  const channels = pixels.length / size;
  const colours = coloursOf(channels);
  const level = (channel: number, place: number) =>
    Math.round(255 * Math.min(1, Math.max(0, pixels[channel * size + place]!)));
  const data = new Uint8Array(3 * size);
  for (let place = 0; place < size; place += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      data[3 * place + channel] = level(colours === 1 ? 0 : channel, place);
    }
  }
  if (channels > 4) {
    const levels = pixels.map((_, at) => level(Math.trunc(at / size), at % size));
    return viewOf({ dims: [channels, height, width], data: levels }, channels);
  }
  if (channels % 2 !== 0) return rgbImage(data, width, height);
  return rgbImage(
    data,
    width,
    height,
    Uint8Array.from({ length: size }, (_, place) => level(channels - 1, place)),
  );
}

function coloursOf(channels: number): 1 | 3 {
  return channels <= 2 ? 1 : 3;
}
