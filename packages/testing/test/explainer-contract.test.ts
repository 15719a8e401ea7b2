import { describe, expect, it } from '@jest/globals';
import { batchOf, checkTargetCount, errors, findLayer, isDifferentiable, toFloat32 } from '@understory/core';
import type { DifferentiableModel, Explainer, ExplainRequest, HeatMap } from '@understory/core';
import { explainerContract } from '@understory/testing';
import { classifier, failuresOf, feeds, score, unbroken } from './subjects.ts';

/** The first channel of a layer: an explainer as simple as one can be that keeps the contract. */
async function firstChannel({ model, feeds: fed, objective, layer = 'features', signal }: ExplainRequest) {
  checkTargetCount(objective, batchOf(fed));
  const { name } = findLayer(model.layers, layer);
  signal?.throwIfAborted();
  const fetched = (await model.run(fed, [name]))[name]!;
  const [batch = 0, channels = 0, height = 0, width = 0] = fetched.dims;
  const values = toFloat32(fetched);
  return Array.from({ length: batch }, (_, sample): HeatMap => {
    const start = sample * channels * height * width;
    return { height, width, data: values.slice(start, start + height * width), layer: name };
  });
}

const contractOf = (explain: Explainer['explain']) =>
  explainerContract({ create: () => ({ explain }), open: classifier, feeds, objective: score, layer: 'features' });

describe('explainerContract on an explainer that keeps it', () => {
  for (const { name, run, timeout } of contractOf(firstChannel)) it(name, run, timeout);
});

describe('explainerContract', () => {
  let calls = 0;
  const shared = new Float32Array(6);
  const kept = [new Float32Array(6), new Float32Array(6)];
  const remade = (maps: readonly HeatMap[], change: (map: HeatMap, sample: number) => Partial<HeatMap>) =>
    maps.map((map, sample) => ({ ...map, ...change(map, sample) }));

  const broken: readonly (readonly [what: string, explain: Explainer['explain'], caught: readonly string[]])[] = [
    [
      'forgets a sample',
      async (request) => (await firstChannel(request)).slice(0, 1),
      ['one map a sample', 'as if it were alone'],
    ],
    [
      'gives numbers that are none',
      async (request) => remade(await firstChannel(request), ({ data }) => ({ data: data.map(() => NaN) })),
      ['finite numbers', 'same maps', 'alone'],
    ],
    [
      'turns height and width around',
      async (request) => remade(await firstChannel(request), ({ height }) => ({ height: height + 1 })),
      ['of its own height and width'],
    ],
    [
      'does not say which layer',
      async (request) => (await firstChannel(request)).map(({ layer: _, ...map }) => map),
      ['which layer'],
    ],
    [
      'invents a layer',
      async (request) => remade(await firstChannel(request), () => ({ layer: 'features.0' })),
      ['which layer'],
    ],
    [
      'draws without a seed',
      async (request) =>
        remade(await firstChannel(request), ({ data }) => ({ data: data.map((value) => value + ++calls) })),
      ['same maps', 'alone'],
    ],
    [
      'mixes samples',
      async (request) => {
        const maps = await firstChannel(request);
        return remade(maps, ({ data }, sample) => ({
          data: data.map((value, at) => value + maps.at(sample - 1)!.data[at]!),
        }));
      },
      ['alone'],
    ],
    [
      'writes into the feeds',
      async (request) => {
        const maps = await firstChannel(request);
        request.feeds['pixels']!.data[0] = 7;
        return maps;
      },
      ['same maps', 'alone', 'as they were'],
    ],
    [
      'takes any list of targets',
      ({ objective: _, ...request }) => firstChannel({ ...request, objective: { kind: 'cotangent', cotangents: {} } }),
      ['list of targets'],
    ],
    [
      'does not know its layers',
      async (request) => {
        if (request.layer === 'features') return firstChannel(request);
        throw request.layer === undefined ? errors.noSpatialLayer({ layers: 1, output: '' }) : new Error('no layer');
      },
      ['layer that the model does not have'],
    ],
    [
      'hands out one buffer for all',
      async (request) =>
        (await firstChannel(request)).map(({ data, ...map }) => {
          shared.set(data);
          return { ...map, data: shared };
        }),
      ['alone'],
    ],
    [
      'hands out the same buffers again',
      async (request) =>
        remade(await firstChannel(request), ({ data }, sample) => {
          kept[sample]!.set(data);
          return { data: kept[sample]! };
        }),
      ['stay as they are'],
    ],
    [
      'draws details without a seed',
      async (request) => remade(await firstChannel(request), () => ({ details: { drawn: ++calls } })),
      ['same maps', 'alone'],
    ],
    [
      'draws by the clock where it has no seed',
      async (request) =>
        remade(await firstChannel(request), ({ data }) => ({
          data: data.map((value) => value + (request.seed ?? ++calls)),
        })),
      ['given no seed'],
    ],
    [
      'turns the targets round',
      async (request) => {
        if (request.objective.kind === 'score') (request.objective.index as unknown[]).reverse();
        return firstChannel(request);
      },
      ['as they were'],
    ],
    [
      'takes gradients for granted',
      async (request) => {
        const { model, feeds: fed, objective } = request;
        const maps = await firstChannel(request);
        await (model as DifferentiableModel).differentiate({ feeds: fed, objective, withRespectTo: ['pixels'] });
        return maps;
      },
      ['without gradients', 'only run'],
    ],
    [
      'runs a model before it says that it cannot explain it',
      async (request) => {
        const maps = await firstChannel(request);
        if (isDifferentiable(request.model)) return maps;
        throw errors.capabilityMissing({ what: 'It', capability: 'gradients', backend: 'chain' });
      },
      ['before it runs it'],
    ],
    [
      'looks at the first of several images',
      async (request) => {
        const first = toFloat32(request.feeds[request.model.inputs[0]!.name]!)[0]!;
        return remade(await firstChannel(request), ({ data }) => ({ data: data.map((value) => value + first) }));
      },
      ['takes another one too'],
    ],
    ['runs on', ({ signal: _, ...request }) => firstChannel(request), ['stops']],
  ];

  const brokenContractOf = (explain: Explainer['explain']) =>
    explainerContract({
      create: () => ({ explain }),
      open: classifier,
      feeds: structuredClone(feeds),
      objective: structuredClone(score),
      layer: 'features',
    });

  it.each(broken)('catches an explainer that %s', async (_, explain, caught) => {
    const cases = brokenContractOf(explain);
    const failures = await failuresOf(cases);
    for (const name of caught) expect(failures.join('\n')).toContain(name);
    expect(failures.length).toBeLessThan(cases.length);
  });

  it('has one that breaks each promise', async () => {
    expect(await unbroken(broken.map(([, explain]) => brokenContractOf(explain)))).toEqual([]);
  });

  it('needs two samples to say anything', () => {
    const one = { pixels: { ...feeds.pixels, dims: [1, 4, 2, 3] } };
    const subject = { create: () => ({ explain: firstChannel }), open: classifier, feeds: one, objective: score };
    expect(() => explainerContract(subject)).toThrow(RangeError);
  });
});
