import sharp from 'sharp';
import type { RgbImage } from '../rgb-image.ts';

/** The bytes of a PNG file with exactly these pixels. */
export async function encodePng({ data, width, height, alpha }: RgbImage): Promise<Uint8Array> {
  const raw = { width, height } as const;
  const colours = sharp(data, { raw: { ...raw, channels: 3 } });
  const picture =
    alpha === undefined ? colours : colours.joinChannel(Buffer.from(alpha), { raw: { ...raw, channels: 1 } });
  const png = await picture.png({ compressionLevel: 9 }).toBuffer();
  return new Uint8Array(png.buffer, png.byteOffset, png.length);
}
