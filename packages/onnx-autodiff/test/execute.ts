import * as ort from 'onnxruntime-node';
import type { Execute } from '../src/gradient-check/index.ts';
import { fromFloat16, toFloat16, type Constant, type ElementType } from '../src/index.ts';

/** Runs a model with ONNX Runtime; the last sessions are kept, since finite differences run one model many times. */
const sessions = new Map<Uint8Array, Promise<ort.InferenceSession>>();

export const execute: Execute = async (model, feeds, fetch) => {
  let session = sessions.get(model);
  if (!session) {
    session = ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
    if (sessions.size > 8) sessions.clear();
    sessions.set(model, session);
  }
  const inputs = Object.fromEntries(Object.entries(feeds).map(([name, constant]) => [name, toOrt(constant)]));
  const results = await (await session).run(inputs, [...fetch]);
  return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromOrt(value)]));
};

function toOrt({ type, dims, values }: Constant): ort.Tensor {
  if (type === 'int64') return new ort.Tensor('int64', BigInt64Array.from(Array.from(values), BigInt), dims);
  if (type === 'int32') return new ort.Tensor('int32', Int32Array.from(values), dims);
  if (type === 'bool') return new ort.Tensor('bool', Uint8Array.from(values), dims);
  if (type === 'uint8') return new ort.Tensor('uint8', Uint8Array.from(values), dims);
  if (type === 'int8') return new ort.Tensor('int8', Int8Array.from(values), dims);
  if (type === 'float64') return new ort.Tensor('float64', Float64Array.from(values), dims);
  if (type === 'float16') return new ort.Tensor('float16', Uint16Array.from(Array.from(values), toFloat16), dims);
  return new ort.Tensor('float32', Float32Array.from(values), dims);
}

function fromOrt(value: ort.Tensor): Constant {
  const { dims, data } = value;
  if (value.type === 'float16') {
    // float16 comes as its bits.
    return { type: value.type, dims, values: Float32Array.from(data as unknown as Uint16Array, fromFloat16) };
  }
  const values = data instanceof BigInt64Array ? Array.from(data, Number) : (data as Float32Array);
  return { type: value.type as ElementType, dims, values };
}
