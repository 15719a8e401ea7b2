import { describe, expect, it } from '@jest/globals';
import { toFloat32 } from '@understory/core';
import type { DifferentiableModel, Measurement, Metric, MetricRequest } from '@understory/core';
import { metricContract } from '@understory/testing';
import { classifier, failuresOf, feeds, score, unbroken } from './subjects.ts';

const request = (): MetricRequest => ({
  model: classifier(),
  feeds: structuredClone(feeds),
  objective: structuredClone(score),
  objects: [Uint8Array.of(1, 0), undefined],
  boxes: [[{ x: 0, y: 0, width: 1, height: 1 }], []],
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
  for (const { name, run, timeout } of contractOf(firstWeight)) it(name, run, timeout);
});

describe('metricContract', () => {
  let calls = 0;
  const shared = {};
  const list: Measurement[] = [];
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
    [
      'reads boxes that it does not ask for',
      (of) => remade(of, (value) => ({ value: value / (1 + of.boxes![0]!.length) })),
      ['one measurement a sample', 'the same measurements'],
    ],
    [
      'reads objects that it does not ask for',
      (of) => remade(of, (value) => ({ value: value / (1 + of.objects![0]![0]!) })),
      ['one measurement a sample', 'the same measurements'],
    ],
    [
      'goes by boxes where there are some',
      (of) => remade(of, (value) => ({ value: of.boxes ? 1 - value : value })),
      ['given more'],
    ],
    [
      'draws details without a seed',
      (of) => remade(of, (value) => ({ value, details: { drawn: ++calls } })),
      ['the same measurements', 'alone'],
    ],
    [
      'draws shares of its curve without a seed',
      (of) => remade(of, (value) => ({ value, curve: { x: [0, 1 / ++calls], y: [1, 1] } })),
      ['the same measurements', 'alone'],
    ],
    [
      'hands out one object for all',
      async (of) =>
        (await firstWeight(of)).map(({ value }) => Object.assign(shared, { value })) as readonly Measurement[],
      ['alone'],
    ],
    [
      'hands out the same list again',
      async (of) => {
        const measured = await firstWeight(of);
        return Object.assign(list, measured, { length: measured.length });
      },
      ['stay as they are'],
    ],
    [
      'turns the targets round',
      async (of) => {
        if (of.objective.kind === 'score') (of.objective.index as unknown[]).reverse();
        return firstWeight(of);
      },
      ['as they were'],
    ],
    [
      'takes gradients for granted',
      async (of) => {
        await (of.model as DifferentiableModel).differentiate({ ...of, withRespectTo: ['pixels'] });
        return firstWeight(of);
      },
      ['without gradients'],
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

  it('catches a metric that does without what it asks for, and one that is given none of it', async () => {
    const needs = { needs: ['boxes'] as const };
    expect((await failuresOf(contractOf(firstWeight, needs))).join('\n')).toContain('refuses to measure');
    const asksMore = await failuresOf(contractOf(firstWeight, { needs: ['explain'] }));
    expect(asksMore.join('\n')).toContain("the subject's request has none");
  });

  it('has one that breaks each promise', async () => {
    const every = [
      ...broken.map(([, evaluate]) => contractOf(evaluate)),
      contractOf(firstWeight, { range: [1, 0] }),
      contractOf(firstWeight, { needs: ['boxes'] }),
    ];
    expect(await unbroken(every)).toEqual([]);
  });

  it('needs two samples to say anything', () => {
    const one = { ...request(), feeds: { pixels: { ...feeds.pixels, dims: [1, 4, 2, 3] } } };
    expect(() =>
      metricContract({ create: () => ({ better: 'neither', range: [0, 1], evaluate: firstWeight }), request: one }),
    ).toThrow(RangeError);
  });
});
