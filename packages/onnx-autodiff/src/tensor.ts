import { create } from '@bufbuild/protobuf';
import { TensorProto_DataLocation, TensorProtoSchema, type TensorProto } from 'onnx-buf';
import { errors } from './errors.ts';
import { dataTypeOf, elementTypeOf, type ElementType } from './types.ts';

/** A constant in memory: numbers, whatever the element type; int64 beyond 2^53 is clamped to the ends that ONNX uses as "to the end". */
export interface Constant {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly values: ArrayLike<number>;
}

const int64Max = 2n ** 63n - 1n;
const int64Min = -(2n ** 63n);

/** A whole number as int64; anything beyond its range becomes the nearest end. */
export function toInt64(value: number): bigint {
  if (value >= 2 ** 63) return int64Max;
  if (value <= -(2 ** 63)) return int64Min;
  return BigInt(Math.trunc(value));
}

/** The number behind the bits of a float16. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The bits of the float16 nearest to a number, ties to even. */
export function toFloat16(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (magnitude >= 65520) return sign | 0x7c00;
  const exponent = Math.max(Math.floor(Math.log2(magnitude || 2 ** -25)), -14);
  const step = 2 ** (exponent - 10);
  const scaled = magnitude / step;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  const rounded = rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  // A mantissa that rounds up to 2048 carries into the exponent by plain addition, as the format is made for.
  return sign | (rounded < 1024 ? rounded : ((exponent + 15) << 10) + (rounded - 1024));
}

/** Reads a tensor's values; undefined where they lie in another file or in a type without numbers. Throws ONNX_MALFORMED where they do not fill its shape. */
export function readTensor(tensor: TensorProto): Constant | undefined {
  const type = elementTypeOf(tensor.dataType);
  if (!type || type === 'string' || tensor.dataLocation === TensorProto_DataLocation.EXTERNAL) return undefined;
  const dims = tensor.dims.map(Number);
  const count = dims.reduce((product, dim) => product * dim, 1);
  const { rawData } = tensor;
  const isRaw = rawData.length > 0;
  const fits = !isRaw || rawData.length === count * bytesPerElement[type];
  const values = fits ? (isRaw ? readRaw(type, rawData) : readFields(type, tensor)) : [];
  if (!fits || values.length !== count) {
    throw errors.malformed(
      'a tensor has not as many values as its shape says',
      `tensor "${tensor.name}" of shape [${dims.join(', ')}] with ${isRaw ? `${rawData.length} bytes` : `${values.length} values`}`,
    );
  }
  return { type, dims, values };
}

const bytesPerElement: Readonly<Record<Exclude<ElementType, 'string'>, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  uint64: 8,
  int32: 4,
  uint32: 4,
  int16: 2,
  uint16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
};

function readRaw(type: ElementType, raw: Uint8Array): ArrayLike<number> {
  // Views need alignment, which protobuf does not promise; the slice of a Node buffer would be a view again.
  const bytes = new Uint8Array(raw).buffer;
  switch (type) {
    case 'float32':
      return new Float32Array(bytes);
    case 'float64':
      return new Float64Array(bytes);
    case 'float16':
      return Float32Array.from(new Uint16Array(bytes), fromFloat16);
    case 'bfloat16':
      return fromBfloat16(new Uint16Array(bytes));
    case 'int64':
      return Array.from(new BigInt64Array(bytes), Number);
    case 'uint64':
      return Array.from(new BigUint64Array(bytes), Number);
    case 'int32':
      return new Int32Array(bytes);
    case 'uint32':
      return new Uint32Array(bytes);
    case 'int16':
      return new Int16Array(bytes);
    case 'uint16':
      return new Uint16Array(bytes);
    case 'int8':
      return new Int8Array(bytes);
    default:
      return new Uint8Array(bytes);
  }
}

function fromBfloat16(bits: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(bits, (half) => half << 16).buffer);
}

function readFields(type: ElementType, tensor: TensorProto): ArrayLike<number> {
  switch (type) {
    case 'float32':
      return tensor.floatData;
    case 'float64':
      return tensor.doubleData;
    case 'int64':
      return tensor.int64Data.map(Number);
    case 'uint64':
    case 'uint32':
      return tensor.uint64Data.map(Number);
    case 'float16':
      return tensor.int32Data.map(fromFloat16);
    case 'bfloat16':
      return fromBfloat16(Uint16Array.from(tensor.int32Data));
    default:
      return tensor.int32Data;
  }
}

/** The upper half of a float32's bits, rounded to the nearest, ties to even. */
function toBfloat16(bits: number): number {
  const isNaN = (bits & 0x7fffffff) > 0x7f800000;
  return isNaN ? 0x7fc0 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

/** A tensor message that holds these values. */
export function writeTensor(name: string, constant: Constant): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: dataTypeOf(constant.type),
    dims: constant.dims.map(BigInt),
    rawData: rawBytes(constant),
  });
}

function rawBytes({ type, values }: Constant): Uint8Array<ArrayBuffer> {
  const bytes = (array: ArrayBufferView<ArrayBuffer>) =>
    new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  const list = Array.from(values);
  switch (type) {
    case 'float32':
      return bytes(Float32Array.from(list));
    case 'float64':
      return bytes(Float64Array.from(list));
    case 'float16':
      return bytes(Uint16Array.from(list, toFloat16));
    case 'bfloat16':
      return bytes(Uint16Array.from(new Uint32Array(Float32Array.from(list).buffer), toBfloat16));
    case 'int64':
      return bytes(BigInt64Array.from(list, toInt64));
    case 'uint64':
      return bytes(BigUint64Array.from(list, (value) => BigInt(value)));
    case 'int32':
      return bytes(Int32Array.from(list));
    case 'uint32':
      return bytes(Uint32Array.from(list));
    case 'int16':
      return bytes(Int16Array.from(list));
    case 'uint16':
      return bytes(Uint16Array.from(list));
    case 'int8':
      return bytes(Int8Array.from(list));
    default:
      return bytes(Uint8Array.from(list));
  }
}
