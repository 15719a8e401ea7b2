import type { RgbImage } from './rgb-image.ts';

/** Pictures as the bytes of files, by what decodes and encodes them on a machine: `sharpCodec` in Node, `canvasCodec` in a browser. */
export interface ImageCodec {
  /** 8-bit RGB, upright, with alpha beside it where there is some; `name` is only used in errors. */
  decode(bytes: Uint8Array, name: string): Promise<RgbImage>;
  /** The bytes of a PNG file with exactly these colours; alpha is left out. */
  encodePng(image: RgbImage): Promise<Uint8Array>;
}
