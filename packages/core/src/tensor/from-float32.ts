import { tensor } from './tensor.ts';
import type { ElementType, Tensor } from './tensor.ts';

/** The largest and smallest whole number of each element type that `fromFloat32` rounds to. */
const limits = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
} as const;

const arrays = {
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
} as const;

/**
 * A tensor of another element type with the nearest values that it can hold; `values` themselves where it is float32.
 * Whole numbers are cut off at the ends of their range. Throws a RangeError for bool and 64-bit integers, and where lengths disagree.
 */
export function fromFloat32(values: Float32Array, type: ElementType, dims: readonly number[]): Tensor {
  if (type === 'float32') return tensor(type, values, dims);
  if (type === 'float64') return tensor(type, Float64Array.from(values), dims);
  if (type === 'float16') return tensor(type, Uint16Array.from(values, float16Bits), dims);
  if (type === 'bool' || type === 'int64' || type === 'uint64') throw new RangeError(`no picture is made of ${type}`);
  const [low, high] = limits[type];
  const data = new arrays[type](values.length);
  for (let at = 0; at < values.length; at += 1) data[at] = Math.min(Math.max(Math.round(values[at]!), low), high);
  return tensor<ElementType>(type, data, dims);
}

const bits = new DataView(new ArrayBuffer(4));

/** The IEEE 754 half nearest to a number, ties to even. */
function float16Bits(value: number): number {
  bits.setFloat32(0, value);
  const word = bits.getUint32(0);
  const sign = (word >>> 16) & 0x8000;
  const exponent = ((word >>> 23) & 0xff) - 112;
  const fraction = word & 0x7fffff;
  if (exponent >= 0x1f) return sign | (Number.isNaN(value) ? 0x7e00 : 0x7c00);
  if (exponent > 0) return sign | roundEven(exponent * 2 ** 23 + fraction, 2 ** 13);
  // Below 2^-14 halves are multiples of 2^-24.
  return exponent < -10 ? sign : sign | roundEven(fraction + 2 ** 23, 2 ** (14 - exponent));
}

function roundEven(whole: number, unit: number): number {
  const quotient = Math.floor(whole / unit);
  const rest = whole - quotient * unit;
  const up = rest > unit / 2 || (rest === unit / 2 && quotient % 2 === 1);
  return up ? quotient + 1 : quotient;
}
