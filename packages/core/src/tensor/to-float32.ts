import type { Tensor } from './tensor.ts';

/** The elements as float32, float16 decoded and integers rounded to the nearest; the tensor's own data where it is float32 already. */
export function toFloat32(tensor: Tensor): Float32Array {
  if (tensor.data instanceof Float32Array) return tensor.data;
  if (tensor.type === 'float16') return Float32Array.from(tensor.data as Uint16Array, float16Value);
  const values = new Float32Array(tensor.data.length);
  for (let place = 0; place < values.length; place += 1) values[place] = Number(tensor.data[place]);
  return values;
}

/** The number that the 16 bits of an IEEE 754 half stand for. */
function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
