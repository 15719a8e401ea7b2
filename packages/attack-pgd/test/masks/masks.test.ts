import { describe, expect, it } from '@jest/globals';
import { seededRandom, type HeatMap, type Mask, type MaskRequest } from '@understory/core';
import fc from 'fast-check';
import { all } from '../../src/masks/all.ts';
import { inside, outside } from '../../src/masks/boxes.ts';
import {
  originBottom,
  originTop,
  originWeighted,
  targetBottom,
  targetTop,
  targetWeighted,
} from '../../src/masks/heat-masks.ts';
import { masks } from '../../src/masks/index.ts';
import { random } from '../../src/masks/random.ts';
import { uniform } from '../../src/masks/uniform.ts';

const mapOf = (data: readonly number[], width: number): HeatMap => ({
  height: data.length / width,
  width,
  data: Float32Array.from(data),
});
const request = (height: number, width: number, change: Partial<MaskRequest> = {}): MaskRequest => ({
  height,
  width,
  samples: 1,
  seeds: [0],
  ...change,
});
const ofHeat = (map: HeatMap, height: number, width: number) =>
  request(height, width, { originMaps: [map], targetMaps: [map] });
const drawn = async (mask: Mask, of: MaskRequest) => (await mask.draw(of)).map(({ data }) => Array.from(data));
const first = async (mask: Mask, of: MaskRequest) => (await drawn(mask, of))[0]!;
const placesOf = (mask: readonly number[]) => mask.flatMap((weight, at) => (weight > 0 ? [at] : []));
const places = async (mask: Mask, of: MaskRequest) => placesOf(await first(mask, of));

const property = { seed: 1, numRuns: 60 };
/** Sizes of image and map, and whole numbers as heat, so that sums with whole numbers are exact. */
const scene = fc
  .record({
    height: fc.integer({ min: 2, max: 12 }),
    width: fc.integer({ min: 2, max: 12 }),
    rows: fc.integer({ min: 1, max: 4 }),
    columns: fc.integer({ min: 1, max: 4 }),
    heat: fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 16, maxLength: 16 }),
    fraction: fc.double({ min: 0.25, max: 1, noNaN: true }),
  })
  .map(({ rows, columns, heat, ...rest }) => ({ ...rest, map: mapOf(heat.slice(0, rows * columns), columns) }))
  .filter(({ map }) => new Set(map.data).size > 1);

describe('masks of a share of the pixels', () => {
  const withFraction = { originTop, originBottom, targetTop, targetBottom, uniform, random };

  it.each(Object.entries(withFraction))('%s has exactly that many ones, and zeros', async (_, mask) => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ height, width, map, fraction }) => {
        const weights = await first(mask({ fraction }), ofHeat(map, height, width));
        const count = Math.floor(fraction * height * width);
        expect(weights.filter((weight) => weight === 1)).toHaveLength(count);
        expect(weights.filter((weight) => weight === 0)).toHaveLength(height * width - count);
      }),
      property,
    );
  });

  it.each(Object.entries(withFraction))('%s is a tenth without a word on it', async (_, mask) => {
    const map = mapOf(
      Array.from({ length: 49 }, (__, at) => (at * 13) % 49),
      7,
    );
    expect(await places(mask(), ofHeat(map, 32, 32))).toHaveLength(102);
  });

  it.each(Object.entries(withFraction))('%s refuses shares without a pixel and above one', async (_, mask) => {
    const map = mapOf([1, 2], 2);
    await expect(mask({ fraction: 0.01 }).draw(ofHeat(map, 4, 4))).rejects.toMatchObject({
      ...{ code: 'OPTION_INVALID', found: '0.01' },
      expected: 'a share of 4 x 4 pixels that is one pixel at least',
    });
    // What no picture could make right is refused before there is one.
    for (const fraction of [0, 1.01]) {
      expect(() => mask({ fraction })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    }
  });
});

describe('the hottest and the coldest pixels', () => {
  it('are those of the map resized bicubically, as PyTorch does it', async () => {
    const map = mapOf(
      Array.from({ length: 49 }, (_, at) => (at * 13) % 49),
      7,
    );
    const top = [48, 57, 64, 73, 98, 99, 140, 164, 165, 181, 223, 247];
    const bottom = [0, 1, 10, 76, 92, 93, 118, 143, 159, 175, 184, 200];
    expect(await places(originTop({ fraction: 0.05 }), ofHeat(map, 16, 16))).toEqual(top);
    expect(await places(originBottom({ fraction: 0.05 }), ofHeat(map, 16, 16))).toEqual(bottom);
  });

  it('come in the order of the map; among equal ones the seed draws, and the request is told', async () => {
    const map = mapOf([3, 1, 3, 2, 3, 1, 1, 2], 4);
    const of = (seed: number, told: string[] = []) => ({
      ...ofHeat(map, 2, 4),
      seeds: [seed],
      note: (sample: number, text: string) => told.push(`${sample}: ${text}`),
    });
    const found = new Set<string>();
    for (let seed = 0; seed < 30; seed += 1) {
      const two = await places(originTop({ fraction: 2 / 8 }), of(seed));
      expect(two).toHaveLength(2);
      for (const place of two) expect([0, 2, 4]).toContain(place);
      found.add(two.join());
      expect(await places(originTop({ fraction: 3 / 8 }), of(seed))).toEqual([0, 2, 4]);
      const four = await places(originBottom({ fraction: 4 / 8 }), of(seed));
      for (const place of [1, 5, 6]) expect(four).toContain(place);
    }
    expect([...found].sort()).toEqual(['0,2', '0,4', '2,4']);
    const told: string[] = [];
    await originTop({ fraction: 3 / 8 }).draw(of(0, told));
    expect(told).toEqual([]);
    await originTop({ fraction: 2 / 8 }).draw(of(0, told));
    await targetBottom({ fraction: 4 / 8 }).draw(of(0, told));
    expect(told).toEqual([expect.stringMatching(/^0: 3 pixels/), expect.stringMatching(/^0: 2 pixels/)]);
  });

  it('do not depend on which way up the map is, ties or not', async () => {
    const random = seededRandom('zeros');
    const heat = Array.from({ length: 49 }, () => Math.max(0, Math.round(3 * random.normal())));
    const rows = Array.from({ length: 7 }, (_, row) => heat.slice(7 * row, 7 * row + 7));
    for (const mask of [originTop({ fraction: 0.7 }), originBottom({ fraction: 0.2 })]) {
      const upright = await first(mask, ofHeat(mapOf(rows.flat(), 7), 20, 20));
      const lines = Array.from({ length: 20 }, (_, row) => upright.slice(20 * row, 20 * row + 20));
      const upsideDown = mapOf(rows.toReversed().flat(), 7);
      expect(await first(mask, ofHeat(upsideDown, 20, 20))).toEqual(lines.toReversed().flat());
      const mirrored = mapOf(rows.map((row) => row.toReversed()).flat(), 7);
      expect(await first(mask, ofHeat(mirrored, 20, 20))).toEqual(lines.map((line) => line.toReversed()).flat());
      const transposed = mapOf(
        rows.flatMap((_, column) => rows.map((row) => row[column]!)),
        7,
      );
      expect(await first(mask, ofHeat(transposed, 20, 20))).toEqual(
        lines.flatMap((_, column) => lines.map((line) => line[column]!)),
      );
    }
  });

  it.each([originTop, originBottom, targetTop, targetBottom])(
    'are refused of a map that is the same everywhere',
    async (mask) => {
      for (const value of [0, 0.1, 5]) {
        await expect(mask().draw(ofHeat(mapOf(Array(4).fill(value) as number[], 2), 9, 9))).rejects.toMatchObject({
          code: 'MASK_INVALID',
          found: 'a heat map that is the same everywhere',
        });
      }
    },
  );

  it('have nothing in common up to a half, where nothing ties', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 9 }),
        fc.integer({ min: 2, max: 9 }),
        fc.integer(),
        fc.double({ min: 0.25, max: 0.5, noNaN: true }),
        async (height, width, seed, fraction) => {
          const of = ofHeat(mapOf(seededRandom(seed).permutation(height * width), width), height, width);
          const top = new Set(await places(originTop({ fraction }), of));
          expect((await places(originBottom({ fraction }), of)).filter((at) => top.has(at))).toEqual([]);
        },
      ),
      property,
    );
  });

  it('are the same where a number is added to the whole map', async () => {
    await fc.assert(
      fc.asyncProperty(scene, fc.integer({ min: -50, max: 50 }), async ({ height, width, map, fraction }, added) => {
        const moved = { ...map, data: map.data.map((value) => value + added) };
        for (const mask of [originTop({ fraction }), originBottom({ fraction })]) {
          expect(await first(mask, ofHeat(moved, height, width))).toEqual(
            await first(mask, ofHeat(map, height, width)),
          );
        }
      }),
      property,
    );
  });

  it('are drawn from the map of the attacked image or of the target class, one a sample', async () => {
    const rising = mapOf([0, 1, 2, 3], 2);
    const falling = mapOf([3, 2, 1, 0], 2);
    const of = request(2, 2, {
      samples: 2,
      seeds: [0, 0],
      originMaps: [rising, falling],
      targetMaps: [falling, rising],
    });
    const fraction = 0.25;
    expect((await drawn(originTop({ fraction }), of)).map(placesOf)).toEqual([[3], [0]]);
    expect((await drawn(originBottom({ fraction }), of)).map(placesOf)).toEqual([[0], [3]]);
    expect((await drawn(targetTop({ fraction }), of)).map(placesOf)).toEqual([[0], [3]]);
    expect((await drawn(targetBottom({ fraction }), of)).map(placesOf)).toEqual([[3], [0]]);
  });
});

describe('uniform', () => {
  // numpy.linspace(0, n - 1, k).astype(int)
  it.each([
    [2, 5, 0.4, [0, 3, 6, 9]],
    [1, 7, 5 / 7, [0, 1, 3, 4, 6]],
    [3, 4, 1, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    [3, 4, 1 / 12, [0]],
  ])('spaces pixels evenly over %d x %d', async (height, width, fraction, expected) => {
    expect(await places(uniform({ fraction }), request(height, width))).toEqual(expected);
  });

  it('is that of NumPy for a tenth of 224 x 224', async () => {
    const found = await places(uniform(), request(224, 224));
    expect(found).toHaveLength(5017);
    expect(found.reduce((sum, at) => sum + at, 0)).toBe(125861481);
  });

  it('has the first and the last pixel', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ height, width, fraction }) => {
        fc.pre(Math.floor(fraction * height * width) > 1);
        const found = await places(uniform({ fraction }), request(height, width));
        expect([found[0], found.at(-1)]).toEqual([0, height * width - 1]);
      }),
      property,
    );
  });
});

describe('random', () => {
  it('differs by seed, and not by the samples beside', async () => {
    const three = request(8, 8, { samples: 3, seeds: [4, 5, 4] });
    const [one, two, again] = await drawn(random({ fraction: 0.25 }), three);
    expect(again).toEqual(one);
    expect(two).not.toEqual(one);
    expect(await first(random({ fraction: 0.25 }), request(8, 8, { seeds: [5] }))).toEqual(two);
  });

  it('favours no pixel', async () => {
    const samples = 2000;
    const seeds = Array.from({ length: samples }, (_, at) => at);
    const found = await drawn(random({ fraction: 0.25 }), request(4, 4, { samples, seeds }));
    for (let at = 0; at < 16; at += 1) {
      const share = found.filter((mask) => mask[at] === 1).length / samples;
      // Five standard deviations of 2000 draws.
      expect(Math.abs(share - 0.25)).toBeLessThan(0.05);
    }
  });
});

describe('inside and outside', () => {
  const boxes = [[{ x: 1, y: 0.5, width: 1.5, height: 1.5 }]];

  it('take pixels by their centres', async () => {
    expect(await places(inside(), request(3, 4, { boxes }))).toEqual([1, 5]);
    expect(await places(outside(), request(3, 4, { boxes }))).toEqual([0, 2, 3, 4, 6, 7, 8, 9, 10, 11]);
  });

  it('take all boxes of a sample', async () => {
    const two = [[...boxes[0]!, { x: 3, y: 2, width: 9, height: 9 }]];
    expect(await places(inside(), request(3, 4, { boxes: two }))).toEqual([1, 5, 11]);
    expect(await places(outside(), request(3, 4, { boxes: two }))).not.toContain(11);
  });

  it('say what is missing', async () => {
    const needs = { code: 'MASK_NEEDS', found: 'no annotation box' };
    await expect(inside().draw(request(3, 4))).rejects.toMatchObject(needs);
    await expect(outside().draw(request(3, 4, { boxes: [[]] }))).rejects.toMatchObject(needs);
    const everything = [[{ x: 0, y: 0, width: 4, height: 3 }]];
    await expect(outside().draw(request(3, 4, { boxes: everything }))).rejects.toMatchObject({ code: 'MASK_INVALID' });
    const elsewhere = [[{ x: 40, y: 0, width: 4, height: 3 }]];
    await expect(inside().draw(request(3, 4, { boxes: elsewhere }))).rejects.toMatchObject({ code: 'MASK_INVALID' });
  });
});

describe('weights by heat', () => {
  it('go from 0 for the coldest pixel to 1 for the hottest, or the other way around', async () => {
    const of = ofHeat(mapOf([-1, 0, 1, 3], 2), 2, 2);
    expect(await first(originWeighted(), of)).toEqual([0, 0.25, 0.5, 1]);
    expect(await first(targetWeighted({ invert: true }), of)).toEqual([1, 0.75, 0.5, 0]);
  });

  it('reach both ends in an image of any size', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ height, width, map }) => {
        fc.pre(new Set(map.data).size > 1);
        const weights = await first(originWeighted(), ofHeat(map, height, width));
        expect([Math.min(...weights), Math.max(...weights)]).toEqual([0, 1]);
      }),
      property,
    );
  });

  it('refuse a map without differences', async () => {
    const of = ofHeat(mapOf([2, 2], 2), 2, 2);
    await expect(originWeighted().draw(of)).rejects.toMatchObject({ code: 'MASK_INVALID' });
    await expect(originWeighted({ invert: true }).draw(of)).rejects.toMatchObject({ code: 'MASK_INVALID' });
  });
});

describe('every mask', () => {
  it('is drawn once a sample, at the size of the image, each in memory of its own', async () => {
    const samples = 2;
    const of = request(4, 5, {
      samples,
      seeds: [1, 2],
      originMaps: [mapOf([1, 2, 3, 4], 2), mapOf([1, 2, 3, 4], 2)],
      targetMaps: [mapOf([1, 2, 3, 4], 2), mapOf([1, 2, 3, 4], 2)],
      boxes: [[{ x: 1, y: 1, width: 2, height: 2 }], [{ x: 1, y: 1, width: 2, height: 2 }]],
    });
    for (const { mask } of masks) {
      const found = await mask.from({}).draw(of);
      expect(found.map(({ type, dims }) => [type, dims])).toEqual([
        ['float32', [4, 5]],
        ['float32', [4, 5]],
      ]);
      expect(found[0]!.data.buffer).not.toBe(found[1]!.data.buffer);
    }
  });

  it('says what it needs, and what was missing', async () => {
    for (const { id, mask } of masks) {
      const { needs = [] } = mask.from({});
      const draw = () => mask.from({}).draw(request(8, 8));
      if (needs.length === 0) expect(await draw()).toHaveLength(1);
      else
        await expect(draw()).rejects.toMatchObject({
          code: 'MASK_NEEDS',
          message: expect.stringContaining(id) as unknown,
        });
    }
  });

  it.each([originTop, originBottom, originWeighted])('refuses heat that is not finite', async (mask) => {
    const of = ofHeat(mapOf([1, NaN, 2, 3], 2), 4, 4);
    await expect(mask().draw(of)).rejects.toMatchObject({ code: 'HEAT_MAP_NOT_FINITE' });
  });

  it('refuses heat maps that are not one a sample', async () => {
    const of = { ...ofHeat(mapOf([1, 2], 2), 4, 4), samples: 2, seeds: [1, 2] };
    await expect(originTop().draw(of)).rejects.toMatchObject({ code: 'MASK_INVALID' });
  });
});

describe('all', () => {
  it('is every pixel', async () => {
    expect(await first(all(), request(2, 3))).toEqual([1, 1, 1, 1, 1, 1]);
  });
});
