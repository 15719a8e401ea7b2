import { afterAll, describe, expect, it } from '@jest/globals';
import { float32, type Tensor } from '@understory/core';
import { Node, writeTensor, type Constant } from '@understory/onnx-autodiff';
import { OnnxBackend, type OnnxModel } from '../src/index.ts';
import { linear, modelFile } from './models.ts';

const opened: OnnxModel[] = [];
const keep = (model: OnnxModel): OnnxModel => {
  opened.push(model);
  return model;
};
const open = async (bytes: Uint8Array) => keep(await new OnnxBackend().open({ kind: 'bytes', bytes }, { threads: 1 }));
afterAll(() => Promise.all(opened.map((model) => model.close())));

const constant = (dims: readonly number[], scale = 1): Constant => {
  const count = dims.reduce((product, dim) => product * dim, 1);
  return { type: 'float32', dims, values: Array.from({ length: count }, (_, at) => scale * Math.sin(at + 1) + 0.3) };
};

/** Sub of a mean, Conv, BatchNormalization, Conv behind an Identity, pooling, a product with a transposed Constant node. */
const network = () =>
  modelFile({
    input: ['N', 2, 8, 8],
    output: ['N', 3],
    nodes: [
      Node.of('Sub', ['x', 'mean'], ['centred']),
      Node.of('Conv', ['centred', 'w1', 'b1'], ['c1'], { kernel_shape: [3, 3] }),
      Node.of('BatchNormalization', ['c1', 'scale', 'shift', 'bnMean', 'bnVar'], ['n1']),
      Node.of('Identity', ['w2'], ['w2same']),
      Node.of('Conv', ['n1', 'w2same'], ['c2'], { kernel_shape: [3, 3] }),
      Node.of('GlobalAveragePool', ['c2'], ['p']),
      Node.of('Flatten', ['p'], ['f']),
      Node.of('Constant', [], ['w3'], { value: { tensor: writeTensor('', constant([3, 6])) } }),
      Node.of('Transpose', ['w3'], ['w3t'], { perm: [1, 0] }),
      Node.of('MatMul', ['f', 'w3t'], ['m']),
      Node.of('Add', ['m', 'b3'], ['y']),
    ],
    weights: {
      mean: constant([1, 2, 1, 1]),
      w1: constant([16, 2, 3, 3], 0.2),
      b1: constant([16]),
      scale: constant([16]),
      shift: constant([16]),
      bnMean: constant([16]),
      bnVar: { ...constant([16]), values: Array.from({ length: 16 }, (_, at) => 1 + at) },
      w2: constant([6, 16, 3, 3], 0.2),
      b3: constant([3]),
    },
  });

const feeds = {
  x: float32(
    Float32Array.from({ length: 256 }, (_, at) => Math.cos(at)),
    [2, 2, 8, 8],
  ),
};
const numbers = (tensor: Tensor | undefined) => Float64Array.from(tensor!.data as Float32Array);
const moments = (values: Float64Array) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return [mean, Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)] as const;
};

describe('weightedLayers', () => {
  it('are those that read learned weights, in execution order', async () => {
    expect((await open(network())).weightedLayers).toEqual(['c1', 'c2', 'm']);
    expect((await open(linear('N'))).weightedLayers).toEqual(['y']);
  });
});

describe('randomised', () => {
  it('redraws the named weights with their own mean and deviation and leaves the rest', async () => {
    const model = await open(network());
    const changed = keep(await model.randomised({ layers: ['c1', 'c2', 'm'], seed: 1 }));
    for (const name of ['w1', 'w2', 'w3']) {
      const before = numbers(model.graph.constant(name));
      const after = numbers(changed.graph.constant(name));
      const [mean, deviation] = moments(before);
      const [drawnMean, drawnDeviation] = moments(after);
      // Three standard errors, of the mean and of the deviation.
      expect(Math.abs(drawnMean - mean)).toBeLessThan((3 * deviation) / Math.sqrt(before.length));
      expect(Math.abs(drawnDeviation / deviation - 1)).toBeLessThan(3 / Math.sqrt(2 * before.length));
      expect(after.filter((value, at) => value === before[at])).toHaveLength(0);
    }
    for (const name of ['mean', 'b1', 'scale', 'shift', 'bnMean', 'bnVar', 'b3']) {
      expect(numbers(changed.graph.constant(name))).toEqual(numbers(model.graph.constant(name)));
    }
  });

  it('computes with the weights that it shows, and the model it came from as before', async () => {
    const model = await open(linear('N'));
    const changed = keep(await model.randomised({ layers: ['y'], seed: 7 }));
    const x = { x: float32(Float32Array.of(1, 2), [1, 2]) };
    const w = numbers(changed.graph.constant('w'));
    const { y } = await changed.run(x, ['y']);
    [0, 1, 2].forEach((at) => expect(numbers(y)[at]).toBeCloseTo(w[at]! + 2 * w[at + 3]!, 5));
    expect([...numbers((await model.run(x, ['y']))['y'])]).toEqual([1 - 8, 2 + 10, 3 + 12]);
    const { gradients } = await changed.differentiate({
      feeds: x,
      objective: { kind: 'score', output: 'y', index: [[2]] },
      withRespectTo: ['x'],
    });
    expect(numbers(gradients['x'])[1]).toBeCloseTo(w[5]!, 5);
  });

  it('changes nothing before the first layer that was drawn, and draws a layer alike whatever else is drawn', async () => {
    const model = await open(network());
    const head = keep(await model.randomised({ layers: ['m'], seed: 3 }));
    const more = keep(await model.randomised({ layers: ['m', 'c2'], seed: 3 }));
    const other = keep(await model.randomised({ layers: ['m'], seed: 4 }));
    const before = await model.run(feeds, ['c1', 'c2', 'm']);
    const after = await more.run(feeds, ['c1', 'c2', 'm']);
    expect(numbers(after['c1'])).toEqual(numbers(before['c1']));
    expect(numbers(after['c2'])).not.toEqual(numbers(before['c2']));
    expect(numbers(head.graph.constant('w3'))).toEqual(numbers(more.graph.constant('w3')));
    expect(numbers(head.graph.constant('w3'))).not.toEqual(numbers(other.graph.constant('w3')));
  });

  it('says so in its origin', async () => {
    const model = await open(linear(1));
    const changed = keep(await model.randomised({ layers: ['y'], seed: 7 }));
    expect(changed.origin.sha256).not.toBe(model.origin.sha256);
    expect(changed.origin.remarks).toEqual([
      'the weights of 1 layer are re-initialised with seed 7',
      ...model.origin.remarks,
    ]);
  });

  it('refuses a layer without weights or without a name', async () => {
    const model = await open(network());
    await expect(model.randomised({ layers: ['p'], seed: 1 })).rejects.toThrow(
      expect.objectContaining({ code: 'LAYER_WITHOUT_WEIGHTS' }),
    );
    await expect(model.randomised({ layers: ['nowhere'], seed: 1 })).rejects.toThrow();
  });
});
