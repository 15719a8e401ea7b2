import { readFile } from 'node:fs/promises';
import { resize, type RgbImage } from '@understory/imaging';
import { decodeImage, encodePng } from '@understory/imaging/sharp';
import type { Picture } from './figures/picture-grid.ts';
import { reportErrors } from './errors.ts';
import type { OnProblem } from './stored-examples.ts';

/** Pictures smaller than this are enlarged without smoothing. */
const leastSide = 128;

/** A picture that a run kept, enlarged by a whole factor where it is small; undefined where it cannot be read, which is a problem. */
export async function readPicture(path: string, onProblem: OnProblem): Promise<Picture['image']> {
  let bytes: Uint8Array;
  let image: RgbImage;
  try {
    bytes = new Uint8Array(await readFile(path));
    image = await decodeImage(bytes, path);
  } catch (error) {
    onProblem(reportErrors.exampleNotReadable({ path, found: (error as Error).message }));
    return undefined;
  }
  const factor = Math.max(1, Math.ceil(leastSide / image.width));
  if (factor === 1) return { png: bytes, enlarged: false };
  const size = { width: factor * image.width, height: factor * image.height };
  return { png: await encodePng(resize(image, size, 'nearest')), enlarged: true };
}
