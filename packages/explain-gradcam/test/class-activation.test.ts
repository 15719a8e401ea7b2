import { describe, expect, it } from '@jest/globals';
import { float32, tensor } from '@understory/core';
import type { DifferentiableModel, Objective, Tensor } from '@understory/core';
import { classActivation, gradCam } from '@understory/explain-gradcam';
import { ChainModel, explainerContract, flatten, linear, pointwiseConvolution, relu } from '@understory/testing';
import fc from 'fast-check';
import { close, known, mapOf } from './known-gradients.ts';
import { formulas, ids, methods } from './methods.ts';

const wave = (length: number, speed: number) => Array.from({ length }, (_, at) => Math.sin(speed * (at + 1)));

/** Gradients differ from place to place. */
const network = () =>
  new ChainModel({
    input: [2, 3, 2],
    steps: [
      pointwiseConvolution(
        'stem',
        [
          [1, -0.5],
          [0.25, 1],
          [-1, 0.75],
        ],
        [0.4, 0.2, 0.6],
      ),
      relu('features'),
      flatten('flat'),
      linear('logits', [wave(18, 1.3), wave(18, 2.1), wave(18, 0.7)], [0, 1, 2]),
    ],
  });
const feeds = { pixels: float32(Float32Array.from(wave(36, 0.9)), [3, 2, 3, 2]) };
const objective: Objective = { kind: 'score', output: 'logits', index: [[0], [2], [1]] };

describe.each(ids)('%s', (id) => {
  for (const layer of ['features', undefined]) {
    const subject = { create: () => methods[id], open: network, feeds, objective, ...(layer && { layer }) };
    describe(layer === undefined ? 'without a layer' : 'on a layer', () => {
      const cases = explainerContract(subject).filter(
        ({ name }) => layer !== undefined || !name.includes('which layer'),
      );
      for (const { name, run, timeout } of cases) it(name, run, timeout);
    });
  }

  it('is never negative', async () => {
    await fc.assert(
      fc.asyncProperty(known(), async (sample) => (await mapOf(methods[id], sample)).data.every((value) => value >= 0)),
      { seed: 2, numRuns: 50 },
    );
  });
});

describe.each(formulas)('%s', (id) => {
  it('does not care in which order channels come', async () => {
    await fc.assert(
      fc.asyncProperty(known(0), async ({ activations, gradients }) => {
        const reversed = { activations: activations.toReversed(), gradients: gradients.toReversed() };
        const map = await mapOf(methods[id], { activations, gradients });
        return close((await mapOf(methods[id], reversed)).data, [...map.data]);
      }),
      { seed: 3, numRuns: 50 },
    );
  });

  it('moves with the places', async () => {
    await fc.assert(
      fc.asyncProperty(known(0), async ({ activations, gradients }) => {
        const turned = {
          activations: activations.map((row) => row.toReversed()),
          gradients: gradients.map((row) => row.toReversed()),
        };
        const map = await mapOf(methods[id], { activations, gradients });
        return close((await mapOf(methods[id], turned)).data, [...map.data.toReversed()]);
      }),
      { seed: 4, numRuns: 50 },
    );
  });
});

describe.each(formulas.filter((id) => id !== 'gradcam++'))('%s', (id) => {
  it('grows with the objective', async () => {
    await fc.assert(
      fc.asyncProperty(known(0), fc.constantFrom(0.5, 2, 4), async (sample, factor) => {
        const scaled = {
          ...sample,
          gradients: sample.gradients.map((row) => row.map((gradient) => factor * gradient)),
        };
        const map = await mapOf(methods[id], sample);
        return close((await mapOf(methods[id], scaled)).data, [...map.data.map((value) => factor * value)]);
      }),
      { seed: 5, numRuns: 50 },
    );
  });
});

describe('classActivation', () => {
  it('hands over what one sample did at the layer', async () => {
    const samples: unknown[] = [];
    const explainer = classActivation((sample) => {
      samples.push(sample);
      return new Float32Array(sample.places);
    });
    const maps = await explainer.explain({ model: network(), feeds, objective, layer: 'features' });
    expect(maps.map(({ height, width }) => [height, width])).toEqual([
      [3, 2],
      [3, 2],
      [3, 2],
    ]);
    const { features } = await network().run(feeds, ['features']);
    expect(samples[1]).toEqual({
      activations: features!.data.slice(18, 36),
      gradients: Float32Array.from(wave(18, 0.7)),
      channels: 3,
      places: 6,
    });
  });

  it('asks for one pass and nothing more than the layer', async () => {
    const model = network();
    const asked: unknown[] = [];
    const differentiate: DifferentiableModel['differentiate'] = (request) => {
      asked.push({ withRespectTo: request.withRespectTo, fetch: request.fetch });
      return model.differentiate(request);
    };
    await gradCam.explain({ model: wrapped(model, differentiate), feeds, objective, layer: 'features' });
    expect(asked).toEqual([{ withRespectTo: ['features'], fetch: ['features'] }]);
  });

  it('reads float16 layers', async () => {
    // 1, 2, 0.5, 0 and the gradients 2, -1 of two channels with two places each.
    const half = (...bits: readonly number[]): Tensor<'float16'> =>
      tensor('float16', Uint16Array.from(bits), [1, 2, 1, 2]);
    const model = wrapped(network(), async () => ({
      value: Float32Array.of(0),
      gradients: { features: half(0x4000, 0x4000, 0xbc00, 0xbc00) },
      fetched: { features: half(0x3c00, 0x4000, 0x3800, 0x0000) },
    }));
    const one: Objective = { kind: 'score', output: 'logits', index: [[0]] };
    const pixels = float32(new Float32Array(12), [1, 2, 3, 2]);
    const [map] = await gradCam.explain({ model, feeds: { pixels }, objective: one, layer: 'features' });
    expect(map).toEqual({ height: 1, width: 2, data: Float32Array.of(1.5, 4), layer: 'features' });
  });

  it('refuses a layer that turns out to have no places', async () => {
    const flat = float32(new Float32Array(6), [3, 1, 2]);
    const differentiate = async () => ({
      value: new Float32Array(3),
      gradients: { features: flat },
      fetched: { features: flat },
    });
    await expect(
      gradCam.explain({ model: wrapped(network(), differentiate), feeds, objective, layer: 'features' }),
    ).rejects.toMatchObject({ code: 'LAYER_NOT_SPATIAL', found: '[3, 1, 2]' });
  });
});

function wrapped(model: ChainModel, differentiate: DifferentiableModel['differentiate']): DifferentiableModel {
  const { inputs, outputs, layers, origin } = model;
  return {
    inputs,
    outputs,
    layers,
    origin,
    differentiate,
    run: (...request) => model.run(...request),
    differentiability: (...pair) => model.differentiability(...pair),
    close: () => model.close(),
  };
}
