import * as tf from '@tensorflow/tfjs-core';
import { float32, redrawn, type Tensor } from '@understory/core';
import type { ModelFiles, WeightEntry } from './model-files.ts';
import { bytesPerElement } from './model-schema.ts';
import type { StoredWeight } from './network.ts';
import { concatenated } from './support/concatenated.ts';
import { permuted } from './onnx-view/onnx-view.ts';

/**
 * The files with some weights drawn from the normal distribution with their own mean and deviation; quantised ones are float32
 * from then on. Decoded on the engine that is current; the caller's scope owns the tensors.
 */
export function redrawWeights(files: ModelFiles, drawn: readonly StoredWeight[], seed: number): ModelFiles {
  const parts: Uint8Array[] = [];
  const weights: WeightEntry[] = [];
  let offset = 0;
  for (const entry of files.weights) {
    const end = offset + byteLength(entry, files.weightData, offset);
    const weight = entry.dtype === 'float32' ? drawn.find(({ name }) => name === entry.name) : undefined;
    if (weight === undefined) {
      parts.push(new Uint8Array(files.weightData, offset, end - offset));
      weights.push(entry);
    } else {
      const { data } = redraw(decoded(entry, files.weightData.slice(offset, end)), weight.axes, seed);
      parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      weights.push({ name: entry.name, shape: entry.shape, dtype: entry.dtype });
    }
    offset = end;
  }
  return { ...files, weights, weightData: concatenated(parts).buffer };
}

function decoded(entry: WeightEntry, bytes: ArrayBuffer): Tensor<'float32'> {
  const named = tf.io.decodeWeights(bytes, [entry as unknown as tf.io.WeightsManifestEntry]);
  return float32(Float32Array.from(named[entry.name]!.dataSync()), entry.shape);
}

function redraw(own: Tensor<'float32'>, axes: StoredWeight['axes'], seed: number): Tensor<'float32'> {
  const order = axes ?? own.dims.map((_, axis) => axis);
  const turned = permuted(own, order);
  const fresh = float32(Float32Array.from(redrawn(turned.data, seed)), turned.dims);
  return permuted(
    fresh,
    order.map((_, axis) => order.indexOf(axis)),
  );
}

/** Strings carry their lengths before them. */
function byteLength({ shape, dtype, quantization }: WeightEntry, data: ArrayBuffer, offset: number): number {
  const count = shape.reduce((product, size) => product * size, 1);
  if (dtype !== 'string') return count * (bytesPerElement[quantization?.dtype ?? dtype] ?? 0);
  const view = new DataView(data, offset);
  let length = 0;
  for (let each = 0; each < count; each += 1) length += 4 + view.getUint32(length, true);
  return length;
}
