import { float32, type SeededRandom, type Tensor } from '@understory/core';

/** A rectangle in pixels. */
interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The mirror image of a picture `[1, C, H, W]`: left and right change places, within the frame that padding leaves to it. */
export function mirrored({ data, dims }: Tensor<'float32'>, frame?: Frame): Tensor<'float32'> {
  const width = dims[3]!;
  const { x: left, width: across } = frame ?? { x: 0, width };
  const turned = data.slice();
  for (let start = 0; start < data.length; start += width) {
    for (let x = 0; x < across; x += 1) turned[start + left + x] = data[start + left + across - 1 - x]!;
  }
  return float32(turned, dims);
}

/** A picture of middle grey, which shows nothing. */
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

/**
 * A picture `[1, C, H, W]`, or the frame that padding leaves to it, cut into `grid` times `grid` patches that lie in another order: what is there stays, where
 * it is does not. Rows and columns that are left over at the bottom and on the right stay in their place.
 */
export function shuffledPatches(
  { data, dims }: Tensor<'float32'>,
  grid: number,
  random: SeededRandom,
  frame?: Frame,
): Tensor<'float32'> {
  const [, channels = 0, height = 0, width = 0] = dims;
  const within = frame ?? { x: 0, y: 0, width, height };
  const [down, across] = [Math.floor(within.height / grid), Math.floor(within.width / grid)];
  const order = disorder(grid * grid, random);
  const shuffled = data.slice();
  for (let row = 0; row < channels * height; row += 1) {
    const y = (row % height) - within.y;
    if (y < 0 || y >= down * grid) continue;
    for (let column = 0; column < grid; column += 1) {
      const from = order[Math.floor(y / down) * grid + column]!;
      const line = row - y + Math.floor(from / grid) * down + (y % down);
      const source = line * width + within.x + (from % grid) * across;
      shuffled.set(data.subarray(source, source + across), row * width + within.x + column * across);
    }
  }
  return float32(shuffled, dims);
}

/** An order of so many things that is not their own, where there are two or more. */
function disorder(length: number, random: SeededRandom): readonly number[] {
  for (;;) {
    const order = random.permutation(length);
    if (length < 2 || order.some((from, place) => from !== place)) return order;
  }
}
