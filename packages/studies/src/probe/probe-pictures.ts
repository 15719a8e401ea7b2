import { fileName } from '../common/file-name.ts';

/** The folder of a run that holds the pictures that a probe kept, in a folder for each image. */
export const probePictureFolder = 'examples';

/**
 * Where a run folder holds a picture that a probe kept of an image: `examples/<image>/<name>.png`, seen from the run folder, with `/`.
 * Neither two images nor two pictures of an image share a place.
 */
export function probePicturePath(item: string, name: string): string {
  return `${probePictureFolder}/${fileName(item)}/${fileName(name)}.png`;
}
