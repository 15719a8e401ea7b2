import { createHash } from 'node:crypto';
import { fileSafe } from './file-safe.ts';

/** The folder of a run that holds the pictures that a probe kept, in a folder for each image. */
export const probePictureFolder = 'examples';

/**
 * Where a run folder holds a picture that a probe kept of an image: `examples/<image>/<name>.png`, seen from the run folder, with `/`.
 * Two images never share a folder: one whose id is no file name as it stands has a piece of its hash in the name.
 */
export function probePicturePath(item: string, name: string): string {
  return `${probePictureFolder}/${folderOf(item)}/${fileSafe(name)}.png`;
}

function folderOf(item: string): string {
  const safe = fileSafe(item);
  return safe === item ? safe : `${safe}-${createHash('sha256').update(item).digest('hex').slice(0, 8)}`;
}
