import type { Similarity } from './contracts/objective.ts';
import { errors } from './errors/index.ts';
import { elementCount } from './tensor/tensor.ts';
import type { Tensor } from './tensor/tensor.ts';
import { toFloat32 } from './tensor/to-float32.ts';

/** The length that an output counts as where it is shorter, so that vectors of zeros have a similarity and gradients that are finite. */
export const shortestLength = 1e-8;

/**
 * What a similarity compares an output with, `[N, D]`: its vectors at length 1, times its scale. `sizes` are the output's without the
 * batch, undefined or with names among them where they are not known ahead. Throws SIMILARITY_INVALID for vectors of another number of
 * elements, vectors of zeros, and numbers that are not finite.
 */
export function similarityVectors(
  { output, to, scale = 1 }: Similarity,
  sizes: readonly (number | string)[] | undefined,
): Tensor<'float32'> {
  const [batch = 0, ...rest] = to.dims;
  const size = elementCount(rest);
  const known = sizes?.every((dim) => typeof dim === 'number') ? elementCount(sizes as readonly number[]) : undefined;
  if (to.dims.length < 2 || size === 0 || (known !== undefined && size !== known) || to.data.length !== batch * size) {
    throw errors.similarityInvalid({
      output,
      found: `vectors [${to.dims.join(', ')}]${to.data.length === batch * size ? '' : ` of ${to.data.length} numbers`}`,
      expected: known === undefined ? '[N, D], one vector a sample' : `[N, ${known}], one vector a sample`,
      next: 'Give vectors of as many numbers as the output has for one sample: from the same model, or from the one trained with it.',
    });
  }
  if (!Number.isFinite(Math.fround(scale))) {
    throw errors.similarityInvalid({
      output,
      found: `a scale of ${scale}`,
      expected: 'a finite number',
      next: 'Give the scale of the model, or none for the cosine itself.',
    });
  }
  const values = toFloat32(to);
  const data = new Float32Array(values.length);
  for (let sample = 0; sample < batch; sample += 1) {
    const vector = values.subarray(sample * size, (sample + 1) * size);
    const wrong = vector.find((value) => !Number.isFinite(value));
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    if (wrong !== undefined || length === 0) {
      throw errors.similarityInvalid({
        output,
        found: `${wrong === undefined ? 'nothing but zeros' : `${wrong}`} in the vector of sample ${sample}`,
        expected: 'finite numbers that are not all zero',
        next: 'Look for an overflow, or an empty input, where the vectors were computed.',
      });
    }
    vector.forEach((value, at) => (data[sample * size + at] = (scale * value) / length));
  }
  return { type: 'float32', dims: [batch, size], data };
}
