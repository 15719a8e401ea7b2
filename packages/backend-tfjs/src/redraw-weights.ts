import { seededRandom } from '@understory/core';
import type { ModelFiles } from './model-files.ts';

/**
 * The files with some weights drawn from the normal distribution with their own mean and deviation. A draw depends on the seed and
 * the weight's name only; weights of any other type than float32 stay, and quantised ones.
 */
export function redrawWeights(files: ModelFiles, names: readonly string[], seed: number): ModelFiles {
  const weightData = files.weightData.slice(0);
  const random = seededRandom(seed);
  const drawn = new Set(names);
  let offset = 0;
  for (const { name, shape, dtype, quantization } of files.weights) {
    const count = shape.reduce((product, size) => product * size, 1);
    const bytes = count * (sizes[quantization?.dtype ?? dtype] ?? 0);
    if (drawn.has(name) && dtype === 'float32' && quantization === undefined) {
      // Weights need not lie on multiples of four.
      const values = new Float32Array(weightData.slice(offset, offset + bytes));
      const own = random.fork(name);
      const mean = values.reduce((sum, value) => sum + value, 0) / count;
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count);
      const fresh = values.map(() => mean + deviation * own.normal());
      new Uint8Array(weightData).set(new Uint8Array(fresh.buffer), offset);
    }
    offset += bytes;
  }
  return { ...files, weightData };
}

const sizes: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  uint16: 2,
  float16: 2,
  uint8: 1,
  bool: 1,
  complex64: 8,
};
