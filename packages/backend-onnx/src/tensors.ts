import type { ElementArrays, ElementType, Tensor } from '@understory/core';
import { Tensor as OrtTensor } from 'onnxruntime-common';

/** A view of the same elements for ONNX Runtime. */
export function toOrt(tensor: Tensor): OrtTensor {
  const made = new OrtTensor(tensor.type, tensor.data as Float32Array, tensor.dims);
  // Where the engine has Float16Array, the tensor holds one, and the runtime's binding reads nothing but the bits.
  return tensor.type === 'float16' && made.data.constructor.name === 'Float16Array'
    ? Object.defineProperty(made, 'data', { value: tensor.data })
    : made;
}

/** A view of the same elements from ONNX Runtime. */
export function fromOrt(tensor: OrtTensor): Tensor {
  return { type: tensor.type as ElementType, dims: tensor.dims, data: elements(tensor.data) };
}

/** ONNX Runtime hands float16 out as Float16Array where the engine has one; the contract is its bits. */
function elements(data: OrtTensor['data']): ElementArrays[ElementType] {
  if (data instanceof Float32Array || Array.isArray(data)) return data as Float32Array;
  const view = data as ElementArrays[ElementType];
  return view.constructor.name === 'Float16Array'
    ? new Uint16Array(view.buffer as ArrayBuffer, view.byteOffset, view.length)
    : view;
}

/** Samples `start` to `end` (excluded); beyond the last one the last is repeated, so that a fixed batch is always full. */
export function takeSamples(tensor: Tensor, start: number, count: number): Tensor {
  const [samples = 1, ...rest] = tensor.dims;
  const size = tensor.data.length / samples;
  const data = tensor.data.slice(start * size, Math.min(start + count, samples) * size);
  if (start + count <= samples) return { type: tensor.type, dims: [count, ...rest], data } as Tensor;
  const padded = new (data.constructor as new (length: number) => typeof data)(count * size) as Float32Array;
  padded.set(data as Float32Array);
  const last = padded.subarray(data.length - size, data.length);
  for (let at = data.length; at < padded.length; at += size) padded.set(last, at);
  return { type: tensor.type, dims: [count, ...rest], data: padded } as Tensor;
}
