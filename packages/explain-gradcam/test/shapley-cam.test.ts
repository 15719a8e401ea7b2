import { describe, expect, it } from '@jest/globals';
import { float32, type DifferentiableModel, type Objective } from '@understory/core';
import { gradCam, shapleyCam } from '@understory/explain-gradcam';
import { ChainModel, flatten, linear, pointwiseConvolution, type Matrix } from '@understory/testing';
import fc from 'fast-check';
import { close, known, sum, weighted } from './known-gradients.ts';

const unchanged = (channels: number) =>
  pointwiseConvolution(
    'features',
    Array.from({ length: channels }, (_, row) => Array.from({ length: channels }, (_, at) => (row === at ? 1 : 0))),
    Array.from({ length: channels }, () => 0),
  );

/** Two classes, whose logits are sums of the layer with these weights; only cross-entropy has a curvature. */
function networkOf(activations: Matrix, weights: Matrix) {
  const [channels, places] = [activations.length, activations[0]!.length];
  const model = new ChainModel({
    input: [channels, places, 1],
    steps: [unchanged(channels), flatten('flat'), linear('logits', weights, [0, 0])],
  });
  return { model, feeds: { pixels: float32(Float32Array.from(activations.flat()), [1, channels, places, 1]) } };
}

/** Cai 2025 with the derivatives of cross-entropy written out: the gradient W'(p - e) and the Hessian W'(diag(p) - p p')W. */
function plain(activations: Matrix, weights: Matrix): number[] {
  const flat = activations.flat();
  const logits = weights.map((row) => sum(row.map((weight, at) => weight * flat[at]!)));
  const total = sum(logits.map((logit) => Math.exp(logit - Math.max(...logits))));
  const p = logits.map((logit) => Math.exp(logit - Math.max(...logits)) / total);
  const mean = sum(p.map((probability, at) => probability * logits[at]!));
  const slopes = flat.map((_, at) => {
    const gradient = sum(weights.map((row, index) => row[at]! * (p[index]! - (index === 0 ? 1 : 0))));
    const curved = sum(weights.map((row, index) => row[at]! * p[index]! * (logits[index]! - mean)));
    return gradient - curved / 2;
  });
  const places = activations[0]!.length;
  const means = activations.map((_, k) => sum(slopes.slice(k * places, (k + 1) * places)) / places);
  return weighted(means, activations);
}

const crossEntropy: Objective = { kind: 'crossEntropy', output: 'logits', target: [0] };
const score: Objective = { kind: 'score', output: 'logits', index: [[0]] };

describe('shapleyCam', () => {
  it('takes half of what the Hessian adds off the gradient', async () => {
    await fc.assert(
      fc.asyncProperty(known(0), async ({ activations, gradients }) => {
        const weights = [gradients.flat(), gradients.flat().toReversed()];
        const { model, feeds } = networkOf(activations, weights);
        const request = { model, feeds, objective: crossEntropy, layer: 'features', layout: 'nchw' } as const;
        const [map] = await shapleyCam.explain(request);
        return close(map!.data, plain(activations, weights));
      }),
      { seed: 6, numRuns: 100 },
    );
  });

  it('is Grad-CAM where the score is linear in the layer', async () => {
    const activations = [
      [1, 3, 2],
      [2, 0, 1],
    ];
    const { model, feeds } = networkOf(activations, [
      [1, 2, 3, -1, 0.5, 2],
      [0, 1, 0, 1, 0, 1],
    ]);
    const request = { model, feeds, objective: score, layer: 'features', layout: 'nchw' } as const;
    expect(await shapleyCam.explain(request)).toEqual(await gradCam.explain(request));
  });

  it('refuses a backend without second derivatives', async () => {
    const { model, feeds } = networkOf(
      [[1, 2]],
      [
        [1, 1],
        [0, 1],
      ],
    );
    const plainModel = new Proxy<DifferentiableModel>(model, {
      get: (target, name) => {
        const value: unknown = name === 'hessianProduct' ? undefined : Reflect.get(target, name, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    const request = { model: plainModel, feeds, objective: score, layer: 'features', layout: 'nchw' } as const;
    await expect(shapleyCam.explain(request)).rejects.toMatchObject({ code: 'SECOND_DERIVATIVES_UNSUPPORTED' });
  });
});
