import { rgbImage, type RgbImage, type Size } from './rgb-image.ts';

/** A picture as shares of full light, `[3, height, width]` in 0..1, red first. */
export function toUnitPixels({ data, width, height }: RgbImage): Float32Array {
  const size = width * height;
  const pixels = new Float32Array(3 * size);
  for (let place = 0; place < size; place += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      pixels[channel * size + place] = data[3 * place + channel]! / 255;
    }
  }
  return pixels;
}

/** The picture of `[3, height, width]` in 0..1, each value rounded to the nearest of 256 levels; beyond the ends it is the end. */
export function fromUnitPixels(pixels: Float32Array, { width, height }: Size): RgbImage {
  const size = width * height;
  const data = new Uint8Array(3 * size);
  for (let place = 0; place < size; place += 1) {
    for (let channel = 0; channel < 3; channel += 1) {
      data[3 * place + channel] = Math.round(255 * Math.min(1, Math.max(0, pixels[channel * size + place]!)));
    }
  }
  return rgbImage(data, width, height);
}
