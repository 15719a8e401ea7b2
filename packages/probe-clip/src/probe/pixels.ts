import { float32, type Tensor } from '@understory/core';

/** The mirror image of a picture `[1, C, H, W]`: left and right change places. */
export function mirrored({ data, dims }: Tensor<'float32'>): Tensor<'float32'> {
  const width = dims[3]!;
  const turned = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += width) {
    for (let x = 0; x < width; x += 1) turned[start + x] = data[start + width - 1 - x]!;
  }
  return float32(turned, dims);
}

/** A picture of middle grey, of which no caption says anything. */
export function grey(channels: number, height: number, width: number): Tensor<'float32'> {
  return float32(new Float32Array(channels * height * width).fill(0.5), [1, channels, height, width]);
}

/** Pictures `[1, C, H, W]` of one size as a batch. */
export function batched(pictures: readonly Tensor<'float32'>[]): Tensor<'float32'> {
  const [, ...rest] = pictures[0]!.dims;
  const size = rest.reduce((product, dim) => product * dim, 1);
  const data = new Float32Array(pictures.length * size);
  pictures.forEach((picture, at) => data.set(picture.data, at * size));
  return float32(data, [pictures.length, ...rest]);
}
