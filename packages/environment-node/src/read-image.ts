import { resolve } from 'node:path';
import { type RgbImage } from '@understory/imaging';
import { decodeImage } from '@understory/imaging/sharp';
import { fileLimits, readRegularFile } from '@understory/imaging/files';
import { cliErrors, reasonOf } from '@understory/cli';
import type { ImageFile } from './find-images.ts';

/** Reads and decodes an image; throws FILE_NOT_READABLE and what `decodeImage` throws. */
export async function readImage({ path }: Pick<ImageFile, 'path'>, cwd: string): Promise<RgbImage> {
  let bytes: Uint8Array;
  try {
    bytes = await readRegularFile(resolve(cwd, path), fileLimits.image);
  } catch (cause) {
    throw cliErrors.fileNotReadable({ path, reason: reasonOf(cause), cause });
  }
  return decodeImage(bytes, path);
}
