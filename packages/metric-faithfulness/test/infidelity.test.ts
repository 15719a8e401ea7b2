import { describe, expect, it } from '@jest/globals';
import { flatMap } from '@understory/core';
import { cellsOf } from '../src/cells.ts';
import { infidelity } from '../src/index.ts';
import { mapOf, tinyRequest, tinySize } from './support/networks.ts';
import { apart, golden, quantusRequest, valuesOf } from './support/quantus.ts';
import { scoreWithout } from './support/reference.ts';

const { channels, height, width } = tinySize;

/** Of each square: what the map predicts of replacing it by `value`, and what becomes of the score. */
async function pairs(request: ReturnType<typeof tinyRequest>, sample: number, patch: number, value: number) {
  const pixels = (request.feeds['pixels']!.data as Float32Array).subarray(sample * channels * height * width);
  const whole = await scoreWithout(request, sample, [], value);
  return Promise.all(
    cellsOf(tinySize, patch).map(async (cell) => {
      let predicted = 0;
      for (let channel = 0; channel < channels; channel += 1) {
        for (const at of cell) {
          predicted += request.maps[sample]!.data[at]! * (pixels[channel * height * width + at]! - value);
        }
      }
      return { predicted, drop: whole - (await scoreWithout(request, sample, [...cell], value)) };
    }),
  );
}

describe('infidelity', () => {
  const request = tinyRequest(2, tinySize, {
    maps: [1, 2].map((at) =>
      mapOf(
        height,
        width,
        Array.from({ length: 42 }, (_, place) => Math.sin(at * place + 1)),
      ),
    ),
  });

  it('is the mean square of what the map predicts wrongly of each square, from the definition', async () => {
    const metric = infidelity({ scale: 'none', patch: 3, perturbation: 'constant', value: 0.4 });
    const found = await metric.evaluate(request);
    for (const sample of [0, 1]) {
      const own = await pairs(request, sample, 3, 0.4);
      expect(own).toHaveLength(6);
      const expected = own.reduce((sum, { predicted, drop }) => sum + (predicted - drop) ** 2, 0) / own.length;
      expect(found[sample]!.value! / expected).toBeCloseTo(1, 5);
      expect(found[sample]!.details).toEqual({ factor: 1 });
    }
  });

  it('takes the factor that makes the error least where it may scale, and minds no other scale', async () => {
    const options = { patch: 2, perturbation: 'constant', value: 0.4 } as const;
    const found = await infidelity(options).evaluate(request);
    for (const sample of [0, 1]) {
      const own = await pairs(request, sample, 2, 0.4);
      const errorOf = (factor: number) =>
        own.reduce((sum, { predicted, drop }) => sum + (factor * predicted - drop) ** 2, 0) / own.length;
      const factor = found[sample]!.details!['factor']!;
      expect(found[sample]!.value! / errorOf(factor)).toBeCloseTo(1, 5);
      for (const other of [factor - 0.01, factor + 0.01]) expect(errorOf(other)).toBeGreaterThan(errorOf(factor));
    }
    const scaled = request.maps.map((map) => ({ ...map, data: map.data.map((value) => 1000 * value) }));
    const again = await infidelity(options).evaluate({ ...request, maps: scaled });
    expect(apart(valuesOf(again), valuesOf(found))).toBeLessThan(1e-5);
  });

  it("equals Quantus' of each square alone, and Captum's with its normalisation, on three channels", async () => {
    const { patch, values, captum } = golden.infidelity;
    const colour = quantusRequest('colour');
    const plain = valuesOf(await infidelity({ scale: 'none', patch }).evaluate(colour));
    plain.forEach((value, sample) => expect(value / values[sample]!).toBeCloseTo(1, 5));
    const optimal = valuesOf(await infidelity({ patch }).evaluate(colour));
    optimal.forEach((value, sample) => expect(value / captum[sample]!).toBeCloseTo(1, 5));
  });

  it('is the mean square of the change where the map has nothing to predict', async () => {
    // Black is the first pixel, so that nothing is lost where alone the map has something.
    const map = mapOf(
      height,
      width,
      Array.from({ length: 42 }, (_, at) => (at === 0 ? 1 : 0)),
    );
    const own = tinyRequest(1, { ...tinySize, channels: 1 });
    const pixels = Float32Array.from(own.feeds['pixels']!.data as Float32Array, (value, at) => (at === 0 ? -9 : value));
    const feeds = { pixels: { ...own.feeds['pixels']!, data: pixels } } as typeof own.feeds;
    const [found] = await infidelity({ patch: 3 }).evaluate({ ...own, feeds, maps: [map] });
    const [plain] = await infidelity({ patch: 3, scale: 'none' }).evaluate({ ...own, feeds, maps: [map] });
    expect(found!.details).toEqual({ factor: 0 });
    expect(found!.value).toBe(plain!.value);
    expect(found!.value).toBeGreaterThan(0);
  });

  it('says why there is no value', async () => {
    const of = async (map: readonly number[]) =>
      (await infidelity().evaluate({ ...tinyRequest(1), maps: [mapOf(1, map.length, map)] }))[0]!;
    expect(await of([1])).toEqual({ value: undefined, reason: flatMap });
    expect((await of([NaN, 1])).reason).toContain('not finite');
    expect(infidelity()).toMatchObject({ better: 'lower', range: [0, Infinity] });
  });
});
