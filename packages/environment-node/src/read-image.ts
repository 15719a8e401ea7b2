import { reasonOf } from '@understory/core';
import { environmentErrors } from './errors.ts';
import { resolve } from 'node:path';
import type { RgbImage } from '@understory/imaging';
import { decodeImage } from '@understory/imaging/sharp';
import { fileLimits, readRegularFile } from '@understory/imaging/files';
import type { NamedImage } from '@understory/studies';

/** Reads and decodes an image; throws FILE_NOT_READABLE and what `decodeImage` throws. */
export async function readImage({ path }: Pick<NamedImage, 'path'>, cwd: string): Promise<RgbImage> {
  let bytes: Uint8Array;
  try {
    bytes = await readRegularFile(resolve(cwd, path), fileLimits.image);
  } catch (cause) {
    throw environmentErrors.fileNotReadable({ path, reason: reasonOf(cause), cause });
  }
  return decodeImage(bytes, path);
}
