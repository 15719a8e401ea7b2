import * as ort from 'onnxruntime-node';
import { fromFloat16, toFloat16, type Constant, type ElementType } from '../src/index.ts';

/** A tensor of ONNX Runtime. */
export function toOrt({ type, dims, values }: Constant): ort.Tensor {
  if (type === 'int64') return new ort.Tensor('int64', BigInt64Array.from(Array.from(values), BigInt), dims);
  if (type === 'int32') return new ort.Tensor('int32', Int32Array.from(values), dims);
  if (type === 'bool') return new ort.Tensor('bool', Uint8Array.from(values), dims);
  if (type === 'uint8') return new ort.Tensor('uint8', Uint8Array.from(values), dims);
  if (type === 'int8') return new ort.Tensor('int8', Int8Array.from(values), dims);
  if (type === 'float64') return new ort.Tensor('float64', Float64Array.from(values), dims);
  if (type === 'float16') return new ort.Tensor('float16', Uint16Array.from(Array.from(values), toFloat16), dims);
  return new ort.Tensor('float32', Float32Array.from(values), dims);
}

/** A tensor of ONNX Runtime as a constant. */
export function fromOrt(value: ort.Tensor): Constant {
  const { dims, data } = value;
  if (value.type === 'float16') {
    // float16 comes as its bits.
    return { type: value.type, dims, values: Float32Array.from(data as unknown as Uint16Array, fromFloat16) };
  }
  const values = data instanceof BigInt64Array ? Array.from(data, Number) : (data as Float32Array);
  return { type: value.type as ElementType, dims, values };
}
