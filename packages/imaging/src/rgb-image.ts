/** A picture of interleaved 8-bit RGB: `data` is `[height, width, 3]` in row-major order. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A picture over `data`, which is not copied; throws a RangeError where the length is not `3 * width * height` or a side is not a positive whole number. */
export function rgbImage(data: Uint8Array, width: number, height: number): RgbImage {
  checkSize({ width, height });
  if (data.length !== 3 * width * height) {
    throw new RangeError(`${data.length} bytes do not fill an RGB picture of ${width} x ${height}`);
  }
  return { width, height, data };
}

/** Throws a RangeError where a side is not a positive whole number. */
export function checkSize({ width, height }: Size): void {
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new RangeError(`a size needs positive whole numbers, found ${width} x ${height}`);
  }
}
