import { filterPlane, gaussianKernel } from './separable-filter.ts';

const window = { length: 11, sigma: 1.5 };
const stabilisers = [0.01 ** 2, 0.03 ** 2] as const;

/**
 * The structural similarity of two pictures of one channel `[height, width]` in 0..1: 1 where they are equal.
 *
 * The mean over windows that lie inside; where the picture is smaller than a window, over all. Wang et al. 2004, "Image Quality
 * Assessment: From Error Visibility to Structural Similarity", equation 13, with its Gaussian window of 11 and its constants.
 */
export function structuralSimilarity(left: Float32Array, right: Float32Array, height: number, width: number): number {
  const kernel = gaussianKernel(window.length, window.sigma);
  const filtered = (values: (place: number) => number) =>
    filterPlane(
      Float64Array.from(left, (_, place) => values(place)),
      height,
      width,
      kernel,
    );
  const meanLeft = filtered((place) => left[place]!);
  const meanRight = filtered((place) => right[place]!);
  const squareLeft = filtered((place) => left[place]! ** 2);
  const squareRight = filtered((place) => right[place]! ** 2);
  const product = filtered((place) => left[place]! * right[place]!);

  const half = window.length >> 1;
  const margin = (size: number) => (size >= window.length ? half : 0);
  const [top, side] = [margin(height), margin(width)];
  let sum = 0;
  for (let y = top; y < height - top; y += 1) {
    for (let x = side; x < width - side; x += 1) {
      const at = y * width + x;
      const [a, b] = [meanLeft[at]!, meanRight[at]!];
      const covariance = product[at]! - a * b;
      const variances = squareLeft[at]! - a * a + squareRight[at]! - b * b;
      sum +=
        ((2 * a * b + stabilisers[0]) * (2 * covariance + stabilisers[1])) /
        ((a * a + b * b + stabilisers[0]) * (variances + stabilisers[1]));
    }
  }
  return sum / ((height - 2 * top) * (width - 2 * side));
}
