import { rgbImage, type RgbImage } from './rgb-image.ts';

const orientationTag = 0x0112;

/** The EXIF orientation of a WebP file, 1 to 8, which the bytes say no longer afterwards: there it becomes 1, upright. */
export function takeWebpOrientation(bytes: Uint8Array): number {
  const exif = webpChunk(bytes, 'EXIF');
  if (exif === undefined) return 1;
  // Some programs write the mark of JPEG in front.
  const tiff = startsWith(exif, 'Exif\0\0') ? exif.subarray(6) : exif;
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const isLittle = startsWith(tiff, 'II');
  if (tiff.length < 8 || !(isLittle || startsWith(tiff, 'MM'))) return 1;
  const directory = view.getUint32(4, isLittle);
  if (directory + 2 > tiff.length) return 1;
  const count = view.getUint16(directory, isLittle);
  for (let entry = 0; entry < count; entry++) {
    const at = directory + 2 + 12 * entry;
    if (at + 12 > tiff.length) return 1;
    if (view.getUint16(at, isLittle) !== orientationTag) continue;
    const orientation = view.getUint16(at + 8, isLittle);
    view.setUint16(at + 8, 1, isLittle);
    return orientation >= 1 && orientation <= 8 ? orientation : 1;
  }
  return 1;
}

/** The picture upright: turned and mirrored as an EXIF orientation from 1 to 8 says. */
export function turned(image: RgbImage, orientation: number): RgbImage {
  if (orientation === 1) return image;
  const isTransposed = orientation >= 5;
  const flipsColumns = [2, 3, 7, 8].includes(orientation);
  const flipsRows = [3, 4, 6, 7].includes(orientation);
  const [width, height] = isTransposed ? [image.height, image.width] : [image.width, image.height];
  const data = new Uint8Array(image.data.length);
  const alpha = image.alpha && new Uint8Array(image.alpha.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [column, row] = isTransposed ? [y, x] : [x, y];
      const fromX = flipsColumns ? image.width - 1 - column : column;
      const fromY = flipsRows ? image.height - 1 - row : row;
      const from = fromY * image.width + fromX;
      const to = y * width + x;
      for (let channel = 0; channel < 3; channel++) data[3 * to + channel] = image.data[3 * from + channel]!;
      if (alpha !== undefined) alpha[to] = image.alpha![from]!;
    }
  }
  return rgbImage(data, width, height, alpha);
}

/** The content of the first chunk of a name in a WebP file. */
function webpChunk(bytes: Uint8Array, name: string): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = view.getUint32(at + 4, true);
    if (startsWith(bytes.subarray(at), name)) return bytes.subarray(at + 8, at + 8 + size);
    at += 8 + size + (size % 2);
  }
  return undefined;
}

function startsWith(bytes: Uint8Array, letters: string): boolean {
  return [...letters].every((letter, at) => bytes[at] === letter.charCodeAt(0));
}
