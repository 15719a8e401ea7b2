import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { toFloat32 } from '@understory/core';
import type { Explainer, Objective } from '@understory/core';
import { deepFeatureFactorization } from '@understory/explain-gradcam';
import { readGolden } from '@understory/testing/node';
import { close, mapOf, sum } from './known-gradients.ts';

const goldens = fileURLToPath(new URL('../../../fixtures/golden', import.meta.url));

describe('deepFeatureFactorization', () => {
  // Two concepts that share neither channels nor places: (3, 4) at the first two places, (1, 0, 0) twice over at the others.
  const layer = {
    activations: [
      [3, 6, 0, 0],
      [4, 8, 0, 0],
      [0, 0, 1, 2],
    ],
    gradients: [
      [1, 1, 1, 1],
      [-2, 0, 0, 0],
      [1, 1, 0, 0],
    ],
  };

  it('shows the concept that adds most to the score, and others by their place in that order', async () => {
    // Mean gradients are 1, -1/2 and 1/2: the first concept adds (3/5 - 2/5) 15, the second 3/2.
    const first = await mapOf(deepFeatureFactorization({ concepts: 2 }), layer);
    expect(close(first.data, [5, 10, 0, 0])).toBe(true);
    expect(first.details!['concept1']).toBeCloseTo(3, 5);
    expect(first.details!['concept2']).toBeCloseTo(1.5, 5);
    expect(first.details!['remainder']).toBeCloseTo(0, 8);
    const second = await mapOf(deepFeatureFactorization({ concepts: 2, concept: 2 }), layer);
    expect(close(second.data, [0, 0, 1, 2])).toBe(true);
  });

  it('raises channels with negative values to 0, and has no more concepts than places or channels', async () => {
    const raised = await mapOf(deepFeatureFactorization({ concepts: 9, concept: 9 }), {
      activations: [[-1, 1, 3]],
      gradients: [[1, 1, 1]],
    });
    expect(close(raised.data, [0, 2, 4])).toBe(true);
    expect(raised.details!['concept1']).toBeCloseTo(6, 8);
    expect(Object.keys(raised.details!)).toEqual(['concept1', 'remainder']);
  });

  it('has nothing of a layer that shows nothing', async () => {
    const nothing = await mapOf(deepFeatureFactorization({ concepts: 2 }), {
      activations: [[0, 0]],
      gradients: [[1, 1]],
    });
    expect([...nothing.data]).toEqual([0, 0]);
    expect(nothing.details).toEqual({ concept1: 0, remainder: 0 });
  });

  it('equals the concepts of pytorch-grad-cam and scikit-learn in some order on every layer, from any seed', async () => {
    const golden = await readGolden(join(goldens, 'peer-maps', 'resnet-torchscript'));
    const path = join(goldens, 'networks', 'resnet-torchscript', 'model.onnx');
    const model = await new OnnxBackend().open({ kind: 'file', path }, { threads: 1 });
    try {
      const index = golden.classes.map((target) => [target]);
      const objective: Objective = { kind: 'score', output: model.outputs[0]!.name, index };
      const feeds = { [model.inputs[0]!.name]: golden.input };
      const ask = (explainer: Explainer, tensor: string, seed: number) =>
        explainer.explain({ model, feeds, objective, layer: tensor, seed });
      for (const { tensor, maps } of golden.layers) {
        const concepts = golden.tensor(maps['dff']!);
        const places = concepts.dims[2]! * concepts.dims[3]!;
        const wanted = toFloat32(concepts);
        const found = await Promise.all(
          [1, 2, 3].map((concept) =>
            ask(deepFeatureFactorization({ concepts: 3, concept, iterations: 5000 }), tensor, concept),
          ),
        );
        golden.classes.forEach((_, sample) => {
          const theirs = [0, 1, 2].map((at) => [
            ...wanted.subarray((3 * sample + at) * places, (3 * sample + at + 1) * places),
          ]);
          const matched = found.map((ours) => {
            const { data, details } = ours[sample]!;
            const largest = Math.max(...theirs.flat());
            const apart = theirs.map(
              (map) => Math.max(...map.map((value, at) => Math.abs(value - data[at]!))) / largest,
            );
            expect(details!['concept1']).toBeGreaterThanOrEqual(details!['concept2']!);
            return apart.findIndex((distance) => distance < 2e-3);
          });
          expect(matched.toSorted()).toEqual([0, 1, 2]);
        });
      }
    } finally {
      await model.close();
    }
  });

  it('adds up behind a pooled linear head to the score but its constant and what is left over', async () => {
    const { details } = await mapOf(deepFeatureFactorization({ concepts: 3 }), {
      ...layer,
      gradients: [2, -1, 4].map((slope) => [slope, slope, slope, slope]),
    });
    expect(sum([1, 2, 3].map((at) => details![`concept${at}`]!))).toBeCloseTo(2 * 9 - 12 + 4 * 3, 2);
  });
});
