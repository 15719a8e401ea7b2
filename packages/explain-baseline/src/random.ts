import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { seededRandom } from '@understory/core';
import { imageMaps } from './image-maps.ts';

/**
 * Random: every pixel has a number drawn uniformly from 0 to 1.
 *
 * The draw depends on the seed and on the image, so that images do not share a map and a map does not depend on what else is in the
 * batch.
 */
export const random = imageMaps((pixels, { height, width, channelStride, pixelStride }, { seed = 0 }) => {
  const area = height * width;
  // Channel by channel, however the model lays them out: the same image has the same map on every backend.
  const ordered = pixels.map(
    (_, place) => pixels[Math.floor(place / area) * channelStride + (place % area) * pixelStride]!,
  );
  const image = bytesToHex(sha256(new Uint8Array(ordered.buffer, ordered.byteOffset, ordered.byteLength)));
  const drawn = seededRandom(seed).fork('random').fork(image);
  return Float32Array.from({ length: height * width }, () => drawn.uniform());
});
