import { describe, expect, it } from '@jest/globals';
import { errors, float32, seededRandom } from '@understory/core';
import type { HeatMap, Mask, MaskRequest } from '@understory/core';
import { maskContract } from '@understory/testing';
import { failuresOf, unbroken } from './subjects.ts';

const heat = (seed: number) => ({ height: 1, width: 2, data: Float32Array.from([seed, -seed]) });
const request: MaskRequest = {
  height: 2,
  width: 3,
  samples: 2,
  seeds: [4, 5],
  originMaps: [heat(1), heat(-2)],
  boxes: [[{ x: 0, y: 0, width: 1, height: 1 }], []],
};

/** The column that is warmer, and one pixel drawn: a mask as simple as one can be that keeps the contract. */
async function warmer({ height, width, seeds, originMaps }: MaskRequest) {
  if (originMaps === undefined) throw errors.maskNeeds({ mask: 'warmer', what: 'heat maps', next: 'Give some.' });
  return originMaps.map(({ data }, sample) => {
    const drawn = seededRandom(seeds[sample]!).integer(height * width);
    const warm = data[0]! > data[1]! ? 0 : width - 1;
    const weights = Float32Array.from({ length: height * width }, (_, place) =>
      place % width === warm || place === drawn ? 1 : 0,
    );
    return float32(weights, [height, width]);
  });
}

const contractOf = (draw: Mask['draw'], given = request) =>
  maskContract({ create: () => ({ needs: ['originMaps'], draw }), request: given });

describe('maskContract on a mask that keeps it', () => {
  for (const { name, run, timeout } of contractOf(warmer)) it(name, run, timeout);
});

describe('maskContract', () => {
  let calls = 0;
  const shared = new Float32Array(6);
  const kept = [0, 1].map(() => float32(new Float32Array(6), [2, 3]));
  const remade = async (of: MaskRequest, change: (weight: number, place: number) => number) =>
    (await warmer(of)).map(({ data, dims }) => float32(data.map(change), dims));

  const broken: readonly (readonly [what: string, draw: Mask['draw'], caught: readonly string[]])[] = [
    ['forgets a sample', async (of) => (await warmer(of)).slice(0, 1), ['one mask a sample']],
    ['weighs too much', (of) => remade(of, (weight) => 2 * weight), ['in 0..1']],
    [
      'turns height and width around',
      async (of) => (await warmer(of)).map(({ data }) => float32(data, [of.width, of.height])),
      ['of the height and width'],
    ],
    [
      'draws without a seed',
      (of) => remade(of, (weight) => weight * (1 - 0.1 * (++calls % 5))),
      ['the same masks', 'alone'],
    ],
    ['knows its neighbours', (of) => remade(of, (weight) => weight / of.samples), ['alone']],
    [
      'writes into the maps',
      async (of) => {
        const masks = await warmer(of);
        of.originMaps?.forEach(({ data }) => (data[0]! += 1));
        return masks;
      },
      ['as it was'],
    ],
    [
      'hands out one buffer for all',
      async (of) =>
        (await warmer(of)).map(({ data, dims }) => {
          shared.set(data);
          return float32(shared, dims);
        }),
      ['alone'],
    ],
    [
      'hands out the same masks again',
      async (of) => {
        const masks = await warmer(of);
        kept.forEach(({ data }, at) => data.set(masks[at]?.data ?? data));
        return masks.map((mask, at) => kept[at] ?? mask);
      },
      ['stay as they are'],
    ],
    [
      'reads boxes that it does not ask for',
      async (of) => (await warmer(of)).map(({ data, dims }) => float32(data.fill(0, 0, of.boxes![0]!.length), dims)),
      ['one mask a sample', 'the same masks'],
    ],
    [
      'goes by boxes where there are some',
      (of) => remade(of, (weight) => (of.boxes ? weight / 2 : weight)),
      ['does not ask for'],
    ],
    [
      'turns the maps round',
      async (of) => {
        const masks = await warmer(of);
        (of.originMaps as HeatMap[]).reverse();
        return masks;
      },
      ['as it was'],
    ],
    [
      'makes do without',
      (of) => warmer({ ...of, originMaps: of.originMaps ?? [heat(1), heat(2)] }),
      ['needs something'],
    ],
  ];

  it.each(broken)('catches a mask that %s', async (_, draw, caught) => {
    const cases = contractOf(draw, structuredClone(request));
    const failures = await failuresOf(cases);
    for (const name of caught) expect(failures.join('\n')).toContain(name);
    expect(failures.length).toBeLessThan(cases.length);
  });

  it('has one that breaks each promise', async () => {
    expect(await unbroken(broken.map(([, draw]) => contractOf(draw, structuredClone(request))))).toEqual([]);
  });

  it('needs two samples to say anything', () => {
    expect(() => contractOf(warmer, { ...request, samples: 1 })).toThrow(RangeError);
  });
});
