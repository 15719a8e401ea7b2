import type { Box } from '@understory/core';
import { rgbImage, type RgbImage } from '@understory/imaging';
import { decodeImage, encodePng } from '@understory/imaging/sharp';
import { datasetErrors } from '../../errors.ts';

/** Reads a part of a picture, as a PNG; what of the box lies outside of the picture is left out. Rejects with DATASET_IMAGE_NOT_READABLE. */
export function cropTo(read: () => Promise<Uint8Array>, box: Box, id: string): () => Promise<Uint8Array> {
  return async () => encodePng(cropped(await decodeImage(await read(), id), box, id));
}

function cropped({ data, width, height }: RgbImage, box: Box, id: string): RgbImage {
  const [left, top] = [Math.max(0, Math.round(box.x)), Math.max(0, Math.round(box.y))];
  const right = Math.min(width, Math.round(box.x + box.width));
  const bottom = Math.min(height, Math.round(box.y + box.height));
  if (right <= left || bottom <= top) {
    throw datasetErrors.imageNotReadable({ id, reason: `a box that lies outside of the ${width} x ${height} pixels` });
  }
  const part = new Uint8Array(3 * (right - left) * (bottom - top));
  for (let y = top; y < bottom; y += 1) {
    part.set(data.subarray(3 * (y * width + left), 3 * (y * width + right)), 3 * (y - top) * (right - left));
  }
  return rgbImage(part, right - left, bottom - top);
}
