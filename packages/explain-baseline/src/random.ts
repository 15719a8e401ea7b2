import { createHash } from 'node:crypto';
import { seededRandom } from '@understory/core';
import { imageMaps } from './image-maps.ts';

/**
 * Random: every pixel has a number drawn uniformly from 0 to 1.
 *
 * The draw depends on the seed and on the image, so that images do not share a map and a map does not depend on what else is in the
 * batch.
 */
export const random = imageMaps((pixels, { height, width }, { seed = 0 }) => {
  const image = createHash('sha256').update(pixels);
  const drawn = seededRandom(seed).fork('random').fork(image.digest('hex'));
  return Float32Array.from({ length: height * width }, () => drawn.uniform());
});
