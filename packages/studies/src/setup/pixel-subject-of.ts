import { PixelSubject, type Subject } from '@understory/core';
import { fixedSize, placementOf, type Preprocessing, type Size } from '@understory/imaging';
import { studyErrors } from '../errors.ts';

/**
 * A subject of pixels in 0..1, with the normalisation that its preprocessing ends with.
 * Where pictures differ in size, that of a square one; `framedPixels` gives each its own.
 * Throws INPUT_SIZE_OPEN where neither model nor preprocessing says how large its picture is, and PIXELS_INVALID.
 */
export function pixelSubjectOf(subject: Subject, preprocessing: Preprocessing): PixelSubject {
  const { rescale, mean, std, order } = preprocessing;
  // `level * rescale` of a level in 0..255 is `pixel * light` of a pixel in 0..1.
  const light = 255 * rescale;
  const normalisation = {
    mean: mean.map((value) => value / light),
    deviation: std.map((value) => value / light),
    order,
  };
  return new PixelSubject(subject, normalisation, pictureSize(subject, preprocessing));
}

function pictureSize({ picture }: Subject, preprocessing: Preprocessing): Size {
  const size = fixedSize(preprocessing) ?? picture.size ?? squareSize(preprocessing);
  if (size === undefined) throw studyErrors.inputSizeOpen();
  return { width: size.width, height: size.height };
}

/** What a square picture becomes; undefined where nothing resizes it. */
function squareSize(preprocessing: Preprocessing): Size | undefined {
  const { resize } = preprocessing;
  if (resize === undefined || resize.kind === 'own') return undefined;
  const side = resize.kind === 'shorterSide' ? resize.length : Math.max(resize.width, resize.height);
  return placementOf({ width: side, height: side }, preprocessing).size;
}
