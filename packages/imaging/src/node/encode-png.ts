import sharp from 'sharp';
import type { RgbImage } from '../rgb-image.ts';

/** The bytes of a PNG file with exactly these pixels. */
export async function encodePng({ data, width, height }: RgbImage): Promise<Uint8Array> {
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
  return new Uint8Array(png.buffer, png.byteOffset, png.length);
}
