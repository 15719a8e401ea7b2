import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { float32, toFloat32 } from '@understory/core';
import type { Objective } from '@understory/core';
import { fullGrad } from '@understory/explain-gradients';
import { upsample } from '@understory/imaging';
import { ChainModel, flatten, globalAveragePool, linear, pointwiseConvolution, relu } from '@understory/testing';
import { readGolden } from '@understory/testing/node';
import fc from 'fast-check';
import { close, mapOf, networkAndImage, plainGradient, twoLayers } from './networks.ts';

const goldens = fileURLToPath(new URL('../../../fixtures/golden', import.meta.url));

describe('fullGrad', () => {
  it('adds up input x gradient and the gradients of biases, channel by channel', async () => {
    // S = mean over places of ReLU(2 x - 1), whose gradient is 1 / 4 where x is more than a half.
    const model = new ChainModel({
      input: [1, 2, 2],
      steps: [
        pointwiseConvolution('conv', [[2]], [-1]),
        relu('features'),
        globalAveragePool('pool'),
        flatten('flat'),
        linear('logits', [[1]], [0.5]),
      ],
    });
    const map = await mapOf(fullGrad({ rescale: 'none' }), model, [1, 0, 3, 0.25]);
    // |2 x / 4| + |-1 / 4| where the unit is active.
    expect([...map.data]).toEqual([0.75, 0, 1.75, 0]);
    expect(map.details).toEqual({ objective: 2, attributed: 2, completenessGap: 0 });
    const scaled = await mapOf(fullGrad(), model, [1, 0, 3, 0.25]);
    [1 / 3 + 1, 0, 2, 0].forEach((expected, at) => expect(scaled.data[at]).toBeCloseTo(expected, 4));
  });

  it('brings each channel or each layer to 0..1', async () => {
    const weights = [
      [1, 0],
      [0, 1],
    ];
    const model = new ChainModel({
      input: [2, 1, 2],
      steps: [pointwiseConvolution('conv', weights, [0, 0]), flatten('flat'), linear('logits', [[1, 1, 1, 1]], [0])],
    });
    const x = [1, 3, 10, 30];
    const channel = await mapOf(fullGrad({ rescale: 'channel' }), model, x);
    [0, 2].forEach((expected, at) => expect(channel.data[at]).toBeCloseTo(expected, 5));
    const layer = await mapOf(fullGrad({ rescale: 'layer' }), model, x);
    [9 / 29, 2 / 29 + 1].forEach((expected, at) => expect(layer.data[at]).toBeCloseTo(expected, 5));
  });

  it('is complete: input x gradient and bias gradients of ReLU networks sum to the score', async () => {
    await fc.assert(
      fc.asyncProperty(networkAndImage(), async ({ x, ...network }) => {
        const map = await mapOf(fullGrad({ rescale: 'none' }), twoLayers(network, [3, 1, x.length / 3]), x);
        const { objective, attributed, completenessGap } = map.details!;
        const products = plainGradient(network, x).map((gradient, at) => Math.abs(gradient * x[at]!));
        const places = x.length / 3;
        // The biases here have no places: they count in the sum only.
        const expected = Array.from(
          { length: places },
          (_, at) => products[at]! + products[places + at]! + products[2 * places + at]!,
        );
        return (
          close(map.data, expected) &&
          Math.abs(attributed! - objective!) < 1e-5 &&
          Math.abs(completenessGap! - (attributed! - objective!)) < 1e-9
        );
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it.each(['resnet-torchscript', 'vgg-torchscript', 'densenet-torchscript', 'resnet-dynamo'])(
    'is complete on %s',
    async (network) => {
      const golden = await readGolden(join(goldens, 'networks', network));
      const path = join(goldens, 'networks', network, 'model.onnx');
      const model = await new OnnxBackend().open({ kind: 'file', path }, { threads: 1 });
      try {
        const index = golden.classes.map((target) => [target]);
        const objective: Objective = { kind: 'score', output: model.outputs[0]!.name, index };
        const feeds = { [model.inputs[0]!.name]: golden.input };
        for (const { details } of await fullGrad().explain({ model, feeds, objective })) {
          expect(Math.abs(details!['completenessGap']!)).toBeLessThan(1e-4 * Math.abs(details!['objective']!));
        }
      } finally {
        await model.close();
      }
    },
  );

  it("equals pytorch-grad-cam's, and the map written out", async () => {
    const golden = await readGolden(join(goldens, 'peer-maps', 'resnet-torchscript'));
    const path = join(goldens, 'networks', 'resnet-torchscript', 'model.onnx');
    const model = await new OnnxBackend().open({ kind: 'file', path }, { threads: 1 });
    try {
      const index = golden.classes.map((target) => [target]);
      const objective: Objective = { kind: 'score', output: model.outputs[0]!.name, index };
      const feeds = { [model.inputs[0]!.name]: golden.input };
      const maps = await fullGrad({ rescale: 'channel' }).explain({ model, feeds, objective });
      const expected = toFloat32(golden.tensor('fullgrad'));
      const largest = Math.max(...expected);
      maps.forEach(({ height, width, data }, sample) => {
        expect([height, width]).toEqual([32, 32]);
        data.forEach((value, at) =>
          expect(Math.abs(value - expected[sample * 1024 + at]!)).toBeLessThan(1e-4 * largest),
        );
      });

      // Equation 8 for the first sample: each layer by itself.
      const [map] = await fullGrad().explain({ model, feeds, objective });
      const convolutions = model.graph!.nodes.filter(({ operator }) => operator === 'Conv');
      const names = convolutions.map(({ outputs }) => outputs[0]!);
      const { gradients } = await model.differentiate({ feeds, objective, withRespectTo: ['input', ...names] });
      const plain = new Float64Array(1024);
      const add = (values: readonly number[], channels: number, side: number) => {
        const magnitudes = values.map(Math.abs);
        const [low, high] = [Math.min(...magnitudes), Math.max(...magnitudes)];
        for (let channel = 0; channel < channels; channel += 1) {
          const own = magnitudes.slice(channel * side * side, (channel + 1) * side * side);
          const data = Float32Array.from(own, (value) => (value - low) / (high - low + 1e-6));
          const large = upsample({ height: side, width: side, data }, 32, 32, 'bilinear').data;
          large.forEach((value, at) => (plain[at]! += value));
        }
      };
      const image = toFloat32(gradients['input']!);
      add(
        Array.from({ length: 3072 }, (_, at) => image[at]! * Number(golden.input.data[at])),
        3,
        32,
      );
      for (const { inputs, outputs } of convolutions) {
        const bias = toFloat32(model.graph!.constant(inputs[2]!)!);
        const { dims, ...tensor } = gradients[outputs[0]!]!;
        const [, channels = 0, side = 0] = dims;
        if (side === 1) continue;
        const slopes = toFloat32({ dims, ...tensor } as never);
        add(
          Array.from({ length: channels * side * side }, (_, at) => slopes[at]! * bias[Math.floor(at / side / side)]!),
          channels,
          side,
        );
      }
      expect(close(map!.data, [...plain], 1e-5)).toBe(true);
    } finally {
      await model.close();
    }
  });

  it('refuses a model that shows no graph', async () => {
    const whole = twoLayers({ first: [[1, 1]], bias: [0], second: [1] }, [1, 1, 2]);
    const { inputs, outputs, layers, origin } = whole;
    const model = {
      ...{ inputs, outputs, layers, origin },
      run: whole.run.bind(whole),
      differentiate: whole.differentiate.bind(whole),
      differentiability: whole.differentiability.bind(whole),
      close: whole.close.bind(whole),
    };
    const feeds = { pixels: float32(Float32Array.of(1, 2), [1, 1, 1, 2]) };
    const objective: Objective = { kind: 'score', output: 'logits', index: [[0]] };
    await expect(fullGrad().explain({ model, feeds, objective })).rejects.toMatchObject({ code: 'CAPABILITY_MISSING' });
  });
});
