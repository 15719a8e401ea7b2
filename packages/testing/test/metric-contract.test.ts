import { describe, expect, it } from '@jest/globals';
import { toFloat32 } from '@understory/core';
import type { Measurement, Metric, MetricRequest } from '@understory/core';
import { metricContract } from '@understory/testing';
import { classifier, failuresOf, feeds, score } from './subjects.ts';

const request = (): MetricRequest => ({
  model: classifier(),
  feeds: structuredClone(feeds),
  objective: score,
  maps: [0.2, 0.9].map((warmth) => ({ height: 1, width: 2, data: Float32Array.of(warmth, 1 - warmth) })),
  seed: 1,
});

/** The first weight of each map: a metric as simple as one can be that keeps the contract. */
async function firstWeight({ maps, signal }: MetricRequest): Promise<readonly Measurement[]> {
  signal?.throwIfAborted();
  return maps.map(({ data }) => ({ value: data[0]!, curve: { x: [0, 1], y: [data[0]!, data[1]!] } }));
}

const contractOf = (evaluate: Metric['evaluate'], parts: Partial<Metric> = {}) =>
  metricContract({ create: () => ({ better: 'higher', range: [0, 1], evaluate, ...parts }), request: request() });

describe('metricContract on a metric that keeps it', () => {
  for (const { name, run } of contractOf(firstWeight)) it(name, run);
});

describe('metricContract', () => {
  let calls = 0;
  const remade = async (of: MetricRequest, change: (value: number) => Measurement) =>
    (await firstWeight(of)).map(({ value }) => change(value!));

  const broken: readonly (readonly [what: string, evaluate: Metric['evaluate'], caught: readonly string[]])[] = [
    ['forgets a sample', async (of) => (await firstWeight(of)).slice(0, 1), ['one measurement a sample']],
    ['leaves its range', (of) => remade(of, (value) => ({ value: value + 1 })), ['of its range']],
    ['gives numbers that are none', (of) => remade(of, () => ({ value: NaN })), ['of its range']],
    ['keeps its reason to itself', (of) => remade(of, () => ({ value: undefined })), ['the reason why']],
    [
      'draws a curve backwards',
      (of) => remade(of, (value) => ({ value, curve: { x: [1, 0], y: [0, 0] } })),
      ['ascending shares'],
    ],
    ['has details that are none', (of) => remade(of, (value) => ({ value, details: { a: 1 / 0 } })), ['details']],
    ['draws without a seed', (of) => remade(of, (value) => ({ value: value / (1 + (++calls % 7)) })), ['the same']],
    ['knows its neighbours', (of) => remade(of, (value) => ({ value: value / of.maps.length })), ['alone']],
    [
      'writes into the maps',
      async (of) => {
        const measured = await firstWeight(of);
        of.maps.forEach(({ data }) => (data[1]! += 1));
        return measured;
      },
      ['as they were'],
    ],
    [
      'writes into the feeds',
      async (of) => {
        toFloat32(of.feeds['pixels']!)[0] = 7;
        return firstWeight(of);
      },
      ['as they were'],
    ],
    ['runs on', ({ signal: _, ...of }) => firstWeight(of), ['stops']],
  ];

  it.each(broken)('catches a metric that %s', async (_, evaluate, caught) => {
    const cases = contractOf(evaluate);
    const failures = await failuresOf(cases);
    for (const name of caught) expect(failures.join('\n')).toContain(name);
    expect(failures.length).toBeLessThan(cases.length);
  });

  it('catches a range that is none', async () => {
    expect((await failuresOf(contractOf(firstWeight, { range: [1, 0] }))).join('\n')).toContain('how to read it');
  });

  it('catches values between 0 and 1 where each is said to be one of them', async () => {
    expect((await failuresOf(contractOf(firstWeight, { values: 'binary' }))).join('\n')).toContain('neither 0 nor 1');
    const whole = contractOf((of) => remade(of, (value) => ({ value: Math.round(value) })), { values: 'binary' });
    expect(await failuresOf(whole)).toEqual([]);
  });

  it('needs two samples to say anything', () => {
    const one = { ...request(), feeds: { pixels: { ...feeds.pixels, dims: [1, 4, 2, 3] } } };
    expect(() =>
      metricContract({ create: () => ({ better: 'neither', range: [0, 1], evaluate: firstWeight }), request: one }),
    ).toThrow(RangeError);
  });
});
