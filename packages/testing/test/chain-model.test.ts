import { describe, expect, it } from '@jest/globals';
import { float32 } from '@understory/core';
import type { Objective } from '@understory/core';
import { ChainModel, flatten, globalAveragePool, linear, pointwiseConvolution, relu } from '@understory/testing';

/** Two channels of two places; the second channel of the features is the first, negated and rectified. */
const model = new ChainModel({
  input: [1, 1, 2],
  steps: [
    pointwiseConvolution('stem', [[2], [-1]], [1, 0]),
    relu('features'),
    globalAveragePool('pooled'),
    flatten('flat'),
    linear(
      'logits',
      [
        [1, 10],
        [0, -4],
      ],
      [0.5, 0],
    ),
  ],
});
const feeds = { pixels: float32(Float32Array.of(1, 3, -2, 2), [2, 1, 1, 2]) };
const score: Objective = { kind: 'score', output: 'logits', index: [[0], [1]] };

describe('ChainModel', () => {
  it('computes what its steps say', async () => {
    const { stem, features, flat, logits } = await model.run(feeds, ['stem', 'features', 'flat', 'logits']);
    expect(stem).toEqual(float32(Float32Array.of(3, 7, -1, -3, -3, 5, 2, -2), [2, 2, 1, 2]));
    expect(features).toEqual(float32(Float32Array.of(3, 7, 0, 0, 0, 5, 2, 0), [2, 2, 1, 2]));
    expect(flat).toEqual(float32(Float32Array.of(5, 0, 2.5, 1), [2, 2]));
    expect(logits).toEqual(float32(Float32Array.of(5.5, 0, 13, -4), [2, 2]));
  });

  it('gives gradients in closed form', async () => {
    const { value, gradients, fetched } = await model.differentiate({
      feeds,
      objective: score,
      withRespectTo: ['features', 'pixels'],
      fetch: ['flat'],
    });
    expect([...value]).toEqual([5.5, -4]);
    expect(gradients['features']).toEqual(float32(Float32Array.of(0.5, 0.5, 5, 5, 0, 0, -2, -2), [2, 2, 1, 2]));
    // The second channel is silent in sample one; in sample two it passes -1 times -2 where it is positive.
    expect(gradients['pixels']).toEqual(float32(Float32Array.of(1, 1, 2, 0), [2, 1, 1, 2]));
    expect(fetched['flat']!.dims).toEqual([2, 2]);
  });

  it('runs on from a layer that it is given', async () => {
    const features = float32(Float32Array.of(1, 1, 0, 2, 0, 0, 4, 0), [2, 2, 1, 2]);
    const { logits, stem } = await model.runFrom(feeds, { features }, ['logits', 'stem']);
    expect(logits).toEqual(float32(Float32Array.of(11.5, -4, 20.5, -8), [2, 2]));
    expect(stem!.data).toEqual(Float32Array.of(3, 7, -1, -3, -3, 5, 2, -2));
  });

  it('cuts off what comes back to a ReLU, where it is asked for guided gradients', async () => {
    const request = { feeds, objective: score, withRespectTo: ['stem', 'features'], rules: 'guided' } as const;
    const { gradients } = await model.differentiate(request);
    expect(gradients['features']!.data).toEqual(Float32Array.of(0.5, 0.5, 5, 5, 0, 0, -2, -2));
    expect(gradients['stem']!.data).toEqual(Float32Array.of(0.5, 0.5, 0, 0, 0, 0, 0, 0));
  });

  it('gives the cross-entropy and its gradient', async () => {
    const objective: Objective = { kind: 'crossEntropy', output: 'logits', target: [0, 1] };
    const { value, gradients } = await model.differentiate({ feeds, objective, withRespectTo: ['logits'] });
    const wrong = [1 / (1 + Math.exp(5.5)), 1 / (1 + Math.exp(-17))];
    expect(value[0]).toBeCloseTo(-Math.log(1 - wrong[0]!), 6);
    expect(value[1]).toBeCloseTo(17, 5);
    const expected = [-wrong[0]!, wrong[0]!, wrong[1]!, -wrong[1]!];
    expected.forEach((gradient, at) => expect(gradients['logits']!.data[at]).toBeCloseTo(gradient, 6));
  });

  it('describes itself in ONNX vocabulary', () => {
    expect(model.graph.nodes.map(({ operator }) => operator)).toEqual([
      'Conv',
      'Relu',
      'GlobalAveragePool',
      'Flatten',
      'Gemm',
    ]);
    expect(model.layers[1]).toMatchObject({ name: 'features', dims: ['N', 2, 1, 2] });
    expect(model.graph.constant('logits.weight')?.dims).toEqual([2, 2]);
    expect(model.graph.constant('features')).toBeUndefined();
  });

  it('refuses two tensors of one name', () => {
    expect(() => new ChainModel({ input: [1], steps: [relu('a'), relu('a')] })).toThrow('two tensors are called "a"');
  });
});
