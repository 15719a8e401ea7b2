import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { redrawn } from '@understory/core';
import type { ModelFiles, WeightEntry } from '../src/model-files.ts';
import { redrawWeights } from '../src/redraw-weights.ts';
import { scoped } from '../src/support/scoped.ts';

beforeAll(() => tf.setBackend('cpu'));

const filesOf = (weights: readonly WeightEntry[], ...parts: readonly ArrayBufferView[]): ModelFiles => ({
  name: 'model.json',
  format: 'graph-model',
  json: { modelTopology: {} },
  weights,
  weightData: Uint8Array.from(
    Buffer.concat(parts.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength))),
  ).buffer,
  sha256: '',
});

/** Two words, their lengths before them as the format has it: 15 bytes, so that what follows lies on no multiple of four. */
const words = Uint8Array.from([3, 0, 0, 0, 99, 97, 116, 4, 0, 0, 0, 98, 105, 114, 100]);
const bytes = Uint8Array.from([0, 1, 2, 3, 200, 255]);
const own = Float32Array.from([1, -2, 3, -4, 5, -6]);

const files = () =>
  filesOf(
    [
      { name: 'labels', shape: [2], dtype: 'string' },
      {
        name: 'quantised',
        shape: [2, 3],
        dtype: 'float32',
        quantization: { dtype: 'uint8', scale: 0.5, min: -4 } as { dtype: string },
      },
      { name: 'own', shape: [2, 3], dtype: 'float32' },
      { name: 'after', shape: [1], dtype: 'float32' },
    ],
    words,
    bytes,
    own,
    Float32Array.of(7),
  );

/** Of the weights that follow the words, as float32. */
const read = ({ weights, weightData }: ModelFiles) =>
  tf.tidy(() => {
    const decoded = tf.io.decodeWeights(weightData, weights as unknown as tf.io.WeightsManifestEntry[]);
    return Object.fromEntries(
      Object.entries(decoded)
        .filter(([name]) => name !== 'labels')
        .map(([name, tensor]) => [name, [...Array.from(tensor.dataSync())]]),
    );
  });
const drawnFrom = (values: ArrayLike<number>, seed: number) => [...Float32Array.from(redrawn(values, seed))];

describe('redrawWeights', () => {
  it('draws a quantised weight from the values that it stands for, and keeps the rest as it was', () => {
    const before = files();
    const after = scoped(() => redrawWeights(before, [{ name: 'quantised' }], 3));
    const values = Array.from(bytes, (byte) => byte * 0.5 - 4);
    expect(read(after)).toEqual({ ...read(before), quantised: drawnFrom(values, 3) });
    expect(new Uint8Array(after.weightData, 0, words.length)).toEqual(words);
  });

  it('draws in the order that ONNX has and keeps the order of the file', () => {
    const after = scoped(() => redrawWeights(files(), [{ name: 'own', axes: [1, 0] }], 3));
    const [a, b, c, d, e, f] = drawnFrom([1, -4, -2, 5, 3, -6], 3);
    expect(read(after)['own']).toEqual([a, c, e, b, d, f]);
  });
});
