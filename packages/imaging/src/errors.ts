import { shownJson, UnderstoryError, firstLineOf } from '@understory/core';
import type { Size } from './rgb-image.ts';

const savedAgain = 'Check the download, or open the picture in a viewer and save it as PNG.';

/** Every error of this package that a user can meet, by what went wrong. */
export const imagingErrors = {
  empty(name: string) {
    return new UnderstoryError({
      code: 'IMAGE_EMPTY',
      message: `The image ${name} is empty.`,
      found: '0 bytes',
      expected: 'a JPEG, PNG or WebP file',
      next: savedAgain,
    });
  },

  zeroSize(name: string, width: number, height: number) {
    return new UnderstoryError({
      code: 'IMAGE_ZERO_SIZE',
      message: `The image ${name} has no pixels.`,
      found: `${width} x ${height} pixels`,
      expected: 'at least 1 x 1 pixels',
      next: savedAgain,
    });
  },

  tooLarge(name: string, { width, height }: Size, maxPixels: number) {
    return new UnderstoryError({
      code: 'IMAGE_TOO_LARGE',
      message: `The image ${name} exceeds the pixel limit.`,
      found: `${width} x ${height}, ${count(width * height)} pixels`,
      expected: `at most ${count(maxPixels)} pixels`,
      next: 'Scale it down or crop it. A program can allow more with `maxPixels`.',
    });
  },

  preparedTooLarge(what: string, { width, height }: Size, expected: string) {
    return new UnderstoryError({
      code: 'PICTURE_TOO_LARGE',
      message: `${what} would be too large.`,
      found: `${width} x ${height} pixels`,
      expected,
      next: 'Choose a smaller size or crop in the preprocessing, or scale the image down.',
    });
  },

  notAnImage(name: string, found: string) {
    return new UnderstoryError({
      code: 'NOT_AN_IMAGE',
      message: `The file ${name} is not an image.`,
      found,
      expected: 'a JPEG, PNG or WebP file',
      next: 'Give the path of an image; the content decides, not the file extension.',
    });
  },

  unsupportedFormat(name: string, format: string) {
    return new UnderstoryError({
      code: 'IMAGE_FORMAT_UNSUPPORTED',
      message: `The image ${name} is in an unsupported format.`,
      found: format,
      expected: 'JPEG, PNG or WebP',
      next: 'Convert it to PNG.',
    });
  },

  arrayInvalid(name: string, found: string) {
    return new UnderstoryError({
      code: 'IMAGE_ARRAY_INVALID',
      message: `The array ${name} cannot be read as a picture.`,
      found,
      expected:
        'a NumPy file [H, W], [H, W, C] or [C, H, W] of uint8, of uint16 (65535 is full light), or of float32 in 0..1',
      next: 'Save the array again in one of these forms.',
    });
  },

  channelsDoNotFit(found: string, channels: number) {
    return new UnderstoryError({
      code: 'IMAGE_CHANNELS_INVALID',
      message: `The model takes pictures of ${channels} ${channels === 1 ? 'channel' : 'channels'}.`,
      found,
      expected: `a NumPy file [H, W, ${channels}] or [${channels}, H, W]`,
      next: 'Give such a file (.npy), or use a model made for such pictures.',
    });
  },

  truncated(name: string, byteCount: number, cause?: unknown) {
    return new UnderstoryError({
      code: 'IMAGE_TRUNCATED',
      message: `The image ${name} is truncated.`,
      found: `${byteCount} bytes, which end before the image is complete`,
      expected: 'a complete file',
      next: 'Copy or download it again.',
      cause,
    });
  },

  notDecoded(name: string, cause: unknown) {
    return new UnderstoryError({
      code: 'IMAGE_NOT_DECODED',
      message: `The image ${name} cannot be decoded.`,
      found: firstLineOf(cause),
      expected: 'an intact JPEG, PNG or WebP file',
      next: savedAgain,
      cause,
    });
  },

  alphaNotRead(name: string) {
    return new UnderstoryError({
      code: 'IMAGE_NOT_DECODED',
      message: `The colours under the transparent pixels of ${name} cannot be read.`,
      found: 'a browser without WebGL 2, or with one of smaller textures',
      expected: 'WebGL 2, or a picture without transparent pixels',
      next: 'Turn on the hardware acceleration of the browser, or save the picture without transparency.',
    });
  },

  tooNarrow(image: Size, size: Size) {
    return new UnderstoryError({
      code: 'PICTURE_TOO_NARROW',
      message: 'Resizing would leave nothing of the picture.',
      found: `${image.width} x ${image.height} pixels, which become ${size.width} x ${size.height}`,
      expected: 'at least one pixel a side after resizing',
      next: 'Leave this picture out, or choose another size in the preprocessing.',
    });
  },

  paddingTooSmall(to: Size, size: Size) {
    return new UnderstoryError({
      code: 'PREPROCESSING_INVALID',
      message: 'A picture is larger than what it is to be padded to.',
      found: `${size.width} x ${size.height} pixels, to be padded to ${to.width} x ${to.height}`,
      expected: 'a size for padding that is at least that of the resized picture',
      next: 'Pad to a larger size, or resize pictures to a smaller one.',
    });
  },

  invalidPreprocessing(field: string, found: unknown, expected: string, next: string) {
    return new UnderstoryError({
      code: 'PREPROCESSING_INVALID',
      message: `The preprocessing configuration has a field "${field}" that cannot be used.`,
      found: shownJson(found),
      expected,
      next,
    });
  },
};

function count(number: number): string {
  return number.toLocaleString('en-US');
}
