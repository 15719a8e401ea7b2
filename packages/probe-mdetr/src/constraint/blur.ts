import { float32, type Box, type Tensor } from '@understory/core';
import { filterPlane, gaussianKernel, resample } from '@understory/imaging';
import { boundsOf } from './box-bounds.ts';

/** The Gaussian's deviation is this part of the shorter side, so that things as large as fruit or faces run into each other. */
const part = 1 / 8;

/** A large picture is made smaller first, by as much as leaves the deviation so many pixels. */
const leastSigma = 8;

/** The picture with all outside a box blurred by a Gaussian whose deviation is an eighth of the shorter side; padding stays as it is. */
export function blurredOutside({ data, dims }: Tensor<'float32'>, box: Box, frame: Box): Tensor<'float32'> {
  const [, channels = 0, height = 0, width = 0] = dims;
  const inside = boundsOf(box, frame);
  const { x: left, y: top, width: wide, height: high } = frame;
  const pixels = data.slice();
  for (let channel = 0; channel < channels; channel += 1) {
    const start = channel * height * width;
    const plane = new Float64Array(wide * high);
    for (let y = 0; y < high; y += 1) {
      const row = start + (top + y) * width + left;
      plane.set(data.subarray(row, row + wide), y * wide);
    }
    const blurred = blurredPlane(plane, high, wide, part * Math.min(wide, high));
    for (let y = 0; y < high; y += 1) {
      for (let x = 0; x < wide; x += 1) {
        const [row, column] = [top + y, left + x];
        const isInside = row >= inside.top && row < inside.bottom && column >= inside.left && column < inside.right;
        if (!isInside) pixels[start + row * width + column] = blurred[y * wide + x]!;
      }
    }
  }
  return float32(pixels, dims);
}

function blurredPlane(plane: Float64Array, height: number, width: number, sigma: number): Float64Array {
  const factor = Math.max(1, Math.floor(sigma / leastSigma));
  const kernel = gaussianKernel(2 * Math.ceil((3 * sigma) / factor) + 1, sigma / factor);
  if (factor === 1) return filterPlane(plane, height, width, kernel);
  const small = { height: Math.ceil(height / factor), width: Math.ceil(width / factor) };
  const data = filterPlane(means(plane, { height, width }, factor), small.height, small.width, kernel);
  return resample({ ...small, data }, { height, width }, 'bilinear');
}

/** The means of squares; those at the right and lower edge may be smaller. */
function means(
  plane: Float64Array,
  { height, width }: { readonly height: number; readonly width: number },
  factor: number,
): Float64Array {
  const [high, wide] = [Math.ceil(height / factor), Math.ceil(width / factor)];
  const sums = new Float64Array(high * wide);
  const counts = new Float64Array(high * wide);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const at = Math.floor(y / factor) * wide + Math.floor(x / factor);
      sums[at]! += plane[y * width + x]!;
      counts[at]! += 1;
    }
  }
  return sums.map((sum, at) => sum / counts[at]!);
}
