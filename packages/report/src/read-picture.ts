import { resize } from '@understory/imaging';
import { asProblem, readOfExample } from '@understory/studies/results';
import type { Drawing } from './examples.ts';
import type { Picture } from './figures/picture-grid.ts';

/** Pictures smaller than this are enlarged without smoothing. */
const leastSide = 128;

/** A picture that a run kept, enlarged by a whole factor where it is small; undefined where it cannot be read, which is a problem. */
export async function readPicture(path: string, { store, codec, onProblem }: Drawing): Promise<Picture['image']> {
  try {
    const bytes = await readOfExample(store, path);
    const image = await codec.decode(bytes, path);
    const factor = Math.max(1, Math.ceil(leastSide / image.width));
    if (factor === 1) return { png: bytes, enlarged: false };
    const size = { width: factor * image.width, height: factor * image.height };
    return { png: await codec.encodePng(resize(image, size, 'nearest')), enlarged: true };
  } catch (error) {
    onProblem(asProblem(error, path));
    return undefined;
  }
}
