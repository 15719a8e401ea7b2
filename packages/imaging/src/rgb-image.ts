/** A picture of interleaved 8-bit RGB: `data` is `[height, width, 3]` in row-major order. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
  /** `[height, width]`, 0 where the picture is transparent; absent where it is opaque throughout. */
  readonly alpha?: Uint8Array;
  /** What a picture of any number of channels holds, of which `data` is a view in false colours. */
  readonly samples?: SampleArray;
}

/** The samples of a picture, in 8-bit levels that need not be whole. */
export interface SampleArray {
  /** `[channels, height, width]`, or as the file has them where the number of channels is not known yet. */
  readonly dims: readonly [number, number, number];
  readonly data: Float32Array;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A rectangle of whole pixels. */
export interface Window extends Size {
  readonly left: number;
  readonly top: number;
}

/**
 * A picture over `data`, which is not copied, and where given `alpha`.
 * Throws a RangeError where a length is not `3 * width * height` (`width * height` of alpha) or a side is not a positive whole number.
 */
export function rgbImage(data: Uint8Array, width: number, height: number, alpha?: Uint8Array): RgbImage {
  checkSize({ width, height });
  if (data.length !== 3 * width * height) {
    throw new RangeError(`${data.length} bytes do not fill an RGB picture of ${width} x ${height}`);
  }
  if (alpha === undefined) return { width, height, data };
  if (alpha.length !== width * height) {
    throw new RangeError(`${alpha.length} bytes do not fill the alpha of a picture of ${width} x ${height}`);
  }
  return { width, height, data, alpha };
}

/** Throws a RangeError where a side is not a positive whole number. */
export function checkSize({ width, height }: Size): void {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`a size needs positive whole numbers, found ${width} x ${height}`);
  }
}
