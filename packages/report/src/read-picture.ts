import { readFile } from 'node:fs/promises';
import { decodeImage, encodePng, resize } from '@understory/imaging';
import type { Picture } from './figures/picture-grid.ts';
import { reportErrors } from './errors.ts';

/** Pictures smaller than this are enlarged without smoothing. */
const leastSide = 128;

/** A picture that a run kept, enlarged by a whole factor where it is small; undefined where there is no such file. Throws EXAMPLE_NOT_READABLE. */
export async function readPicture(path: string): Promise<Picture['image']> {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await readFile(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw reportErrors.exampleNotReadable({ path, found: (error as Error).message });
  }
  const image = await decodeImage(bytes, path).catch((error: unknown) => {
    throw reportErrors.exampleNotReadable({ path, found: (error as Error).message });
  });
  const factor = Math.max(1, Math.ceil(leastSide / image.width));
  if (factor === 1) return { png: bytes, enlarged: false };
  const size = { width: factor * image.width, height: factor * image.height };
  return { png: await encodePng(resize(image, size, 'nearest')), enlarged: true };
}
