import { PixelClassifier, type ImageClassifier } from '@understory/core';
import { fixedSize, type Preprocessing, type Size } from '@understory/imaging';
import { studyErrors } from '../errors.ts';

/**
 * A classifier of pixels in 0..1, with the normalisation that its preprocessing ends with.
 * Throws INPUT_SIZE_OPEN where neither model nor preprocessing says how large its picture is, and PIXELS_INVALID.
 */
export function pixelClassifierOf(classifier: ImageClassifier, preprocessing: Preprocessing): PixelClassifier {
  const { rescale, mean, std, order } = preprocessing;
  // `level * rescale` of a level in 0..255 is `pixel * light` of a pixel in 0..1.
  const light = 255 * rescale;
  const normalisation = {
    mean: mean.map((value) => value / light),
    deviation: std.map((value) => value / light),
    order,
  };
  return new PixelClassifier(classifier, normalisation, pictureSize(classifier, preprocessing));
}

function pictureSize({ imageSize }: ImageClassifier, preprocessing: Preprocessing): Size {
  const size = fixedSize(preprocessing) ?? imageSize;
  if (size === undefined) throw studyErrors.inputSizeOpen();
  return { width: size.width, height: size.height };
}
