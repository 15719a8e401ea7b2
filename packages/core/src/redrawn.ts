import { seededRandom } from './random.ts';

// As in the generator: globals are slow to look up inside a vm context.
const { imul } = Math;

/**
 * As many numbers from the normal distribution with the mean and deviation of a weight's `values`. The draw follows from the seed
 * and the values alone, as float32 and in ONNX's order (what is computed comes first), so that a network draws the same weights from
 * every format it is kept in, whatever its files call them.
 */
export function redrawn(values: ArrayLike<number>, seed: number): Float64Array {
  const own = Float32Array.from(values);
  const random = seededRandom(seed).fork(fingerprint(own));
  const numbers = Float64Array.from(own);
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const deviation = Math.sqrt(numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / numbers.length);
  return numbers.map(() => mean + deviation * random.normal());
}

/** FNV-1a over the words of the numbers, once forwards and once backwards: each alone tells any two weights apart that differ in one number. */
function fingerprint(values: Float32Array): string {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let forwards = 0x811c9dc5;
  let backwards = 0x811c9dc5;
  for (let at = 0; at < words.length; at += 1) {
    forwards = imul(forwards ^ words[at]!, 0x01000193);
    backwards = imul(backwards ^ words[words.length - 1 - at]!, 0x01000193);
  }
  return `${forwards >>> 0} ${backwards >>> 0}`;
}
