import { describe, expect, it } from '@jest/globals';
import { flatMap } from '@understory/core';
import type { Metric } from '@understory/core';
import { cellsOf } from '../src/cells.ts';
import { regionPerturbation } from '../src/index.ts';
import { mapOf, tinyRequest, tinySize } from './support/networks.ts';
import { golden, quantusRequest } from './support/quantus.ts';
import { scoreWithout } from './support/reference.ts';

const { height, width } = tinySize;

describe('regionPerturbation', () => {
  const request = tinyRequest(2, tinySize, {
    maps: [1, 2].map((at) =>
      mapOf(
        height,
        width,
        Array.from({ length: 42 }, (_, place) => Math.sin(at * place + 1)),
      ),
    ),
  });

  it.each([
    ['descending', -1],
    ['ascending', 1],
  ] as const)('is the mean fall of the score on the way, %s, from the definition', async (order, direction) => {
    const options = { order, patch: 3, regions: 4, perturbation: 'constant', value: 0.4, score: 'logit' } as const;
    const found = await regionPerturbation(options).evaluate(request);
    for (const sample of [0, 1]) {
      const map = request.maps[sample]!.data;
      const sumOf = (cell: Uint32Array) => cell.reduce((sum, at) => sum + map[at]!, 0);
      const cells = [...cellsOf(tinySize, 3)].sort((one, other) => direction * (sumOf(one) - sumOf(other)));
      const whole = await scoreWithout(request, sample, [], 0.4);
      const [x, y, gone]: [number[], number[], number[]] = [[0], [0], []];
      for (const cell of cells.slice(0, 4)) {
        gone.push(...cell);
        x.push(gone.length / 42);
        y.push(whole - (await scoreWithout(request, sample, gone, 0.4)));
      }
      expect(found[sample]!.value).toBeCloseTo(y.reduce((sum, fall) => sum + fall, 0) / 5, 5);
      expect(found[sample]!.curve!.x).toEqual(x);
      found[sample]!.curve!.y.forEach((fall, at) => expect(fall).toBeCloseTo(y[at]!, 5));
    }
  });

  it.each([
    ['colour', 'morf'],
    ['colour', 'lerf'],
    ['grey', 'morf'],
    ['grey', 'lerf'],
  ] as const)(
    "has Quantus' curve on the %s pictures, %s; squares of the grey ones are cut at the edges",
    async (name, way) => {
      const { patch, regions, [way]: expected } = golden.regionPerturbation[name];
      const metric = regionPerturbation({ patch, regions, order: way === 'morf' ? 'descending' : 'ascending' });
      const found = await metric.evaluate(quantusRequest(name));
      found.forEach(({ value, curve }, sample) => {
        const own = expected[sample]!;
        expect(curve!.y).toHaveLength(own.length + 1);
        own.forEach((fall, at) => expect(curve!.y[at + 1]).toBeCloseTo(fall, 6));
        expect(value).toBeCloseTo(own.reduce((sum, fall) => sum + fall, 0) / (own.length + 1), 6);
      });
    },
  );

  it('goes the same way for fewer squares, also where pixels are made of those that are left', async () => {
    const options = { patch: 2, perturbation: 'imputation' } as const;
    const whole = await regionPerturbation(options).evaluate(request);
    const some = await regionPerturbation({ ...options, regions: 3 }).evaluate(request);
    some.forEach(({ curve }, sample) => {
      const { x, y } = whole[sample]!.curve!;
      expect(curve!.x).toEqual(x.slice(0, 4));
      curve!.y.forEach((fall, at) => expect(fall).toBeCloseTo(y[at]!, 6));
    });
  });

  it('ignores the map in a random order, which the seed decides', async () => {
    const metric = regionPerturbation({ order: 'random', patch: 2 });
    const flat = { ...request, maps: request.maps.map(() => mapOf(1, 1, [0])) };
    const found = await metric.evaluate(request);
    expect(await metric.evaluate(flat)).toEqual(found);
    expect((await metric.evaluate({ ...flat, seed: 9 }))[0]!.value).not.toBe(found[0]!.value);
  });

  it('says how to read it, and why there is no value', async () => {
    const of = async (map: readonly number[]) =>
      (await regionPerturbation().evaluate({ ...tinyRequest(1), maps: [mapOf(1, map.length, map)] }))[0]!;
    expect(await of([1])).toEqual({ value: undefined, reason: flatMap });
    expect((await of([NaN, 1])).reason).toContain('not finite');
    const read = ({ better, range }: Metric) => ({ better, range });
    expect(read(regionPerturbation())).toEqual({ better: 'higher', range: [-1, 1] });
    expect(read(regionPerturbation({ order: 'ascending' }))).toEqual({ better: 'lower', range: [-1, 1] });
    expect(read(regionPerturbation({ order: 'random', score: 'logit' }))).toEqual({
      better: 'neither',
      range: [-Infinity, Infinity],
    });
  });
});
