import { describe, expect, it } from '@jest/globals';
import { flatMap } from '@understory/core';
import type { HeatMap, MetricRequest, Model } from '@understory/core';
import { sanity } from '../../src/index.ts';
import { mapOf, randomNumbers, tinyRequest, watched } from '../support/networks.ts';

const layers = ['a', 'b', 'c', 'd', 'e'];

/** A model that remembers what was randomised in it, and how often one was opened and closed. */
function randomisable(model: Model, log: string[]): Model {
  return {
    ...watched(model, () => {}),
    weightedLayers: layers,
    async randomised({ layers: drawn, seed }) {
      log.push(`open ${drawn.join('')} ${seed}`);
      const name = drawn.join('');
      return {
        ...watched(model, () => {}),
        origin: { ...model.origin, sha256: name },
        close: async () => void log.push(`close ${name}`),
      };
    },
  };
}

function requestOf(log: string[], mapFor: (randomised: string | undefined, sample: number) => HeatMap): MetricRequest {
  const request = tinyRequest(2);
  const model = randomisable(request.model, log);
  return {
    ...request,
    model,
    maps: [0, 1].map((sample) => mapFor(undefined, sample)),
    explain: async ({ model: changed }) => [0, 1].map((sample) => mapFor(changed!.origin.sha256, sample)),
  };
}

const trained = [0, 1].map((sample) => mapOf(3, 4, randomNumbers(12, `map ${sample}`)));
const reversed = trained.map((map) =>
  mapOf(
    3,
    4,
    map.data.map((value) => -value),
  ),
);

describe('sanity', () => {
  it('redraws the layers from the output backwards, in even stages', async () => {
    const log: string[] = [];
    const metric = sanity({ stages: 3, seed: 9 });
    const found = await metric.evaluate(requestOf(log, (_, sample) => trained[sample]!));
    expect(log).toEqual(['open de 9', 'open cde 9', 'open abcde 9']);
    expect(found[0]!.curve!.x).toEqual([0, 2 / 5, 3 / 5, 1]);
    await metric.dispose();
  });

  it('has as many stages as there are layers at most', async () => {
    const log: string[] = [];
    const metric = sanity({ stages: 100 });
    await metric.evaluate(requestOf(log, (_, sample) => trained[sample]!));
    expect(log).toEqual(['open e 0', 'open de 0', 'open cde 0', 'open bcde 0', 'open abcde 0']);
    await metric.dispose();
  });

  it('is 1 for maps that do not care for the weights, and -1 for maps that turn round', async () => {
    const metric = sanity({ stages: 2 });
    const same = await metric.evaluate(requestOf([], (_, sample) => trained[sample]!));
    expect(same[0]).toMatchObject({ value: 1, details: { rankCorrelation: 1, flatMaps: 0 } });
    expect(same[0]!.details!['ssim']).toBeCloseTo(1, 9);
    expect(same[0]!.curve!.y).toEqual([1, 1, 1]);
    const turned = await metric.evaluate(
      requestOf([], (name, sample) => (name === undefined ? trained : reversed)[sample]!),
    );
    expect(turned[1]!.value).toBeCloseTo(-1, 12);
    expect(turned[1]!.details!['ssim']).toBeLessThan(0.2);
    await metric.dispose();
  });

  it('is the mean of the stages, each of which stands in the details', async () => {
    const request = requestOf([], (name, sample) => (name === 'abcde' ? reversed : trained)[sample]!);
    const byRank = sanity({ stages: 2 });
    const [found] = await byRank.evaluate(request);
    expect(found!.value).toBeCloseTo(0, 12);
    expect(found!.curve!.y).toEqual([1, 1, -1]);
    expect(found!.details).toMatchObject({ 'rankCorrelation.1': 1, 'rankCorrelation.2': -1 });
    const bySsim = sanity({ stages: 2, similarity: 'ssim' });
    const [other] = await bySsim.evaluate(request);
    expect(other!.value).toBe(other!.details!['ssim']);
    expect(other!.curve!.y[2]).toBe(other!.details!['ssim.2']);
    expect(other!.details).toEqual(found!.details);
    await Promise.all([byRank.dispose(), bySsim.dispose()]);
  });

  it('leaves out stages whose map is the same everywhere, and has no value where all are', async () => {
    const metric = sanity({ stages: 2 });
    const flat = mapOf(3, 4, new Float32Array(12));
    const [found] = await metric.evaluate(
      requestOf([], (name, sample) => (name === undefined ? trained[sample]! : flat)),
    );
    expect(found).toEqual({
      value: undefined,
      reason: 'the heat map of every randomised network is the same everywhere',
    });
    const [half] = await metric.evaluate(requestOf([], (name, sample) => (name === 'abcde' ? flat : trained[sample]!)));
    expect(half).toMatchObject({ value: 1, details: { flatMaps: 1, rankCorrelation: 1, 'ssim.1': 1 } });
    expect(half!.curve!.x).toHaveLength(2);
    expect(half!.details).not.toHaveProperty('ssim.2');
    await metric.dispose();
  });

  it('keeps the randomised models for the next images, and closes them with the metric or for another model', async () => {
    const log: string[] = [];
    const metric = sanity({ stages: 1 });
    const request = requestOf(log, (_, sample) => trained[sample]!);
    await metric.evaluate(request);
    await metric.evaluate({ ...request, seed: 77 });
    expect(log).toEqual(['open abcde 0']);
    await metric.evaluate(requestOf(log, (_, sample) => trained[sample]!));
    expect(log).toEqual(['open abcde 0', 'close abcde', 'open abcde 0']);
    await metric.dispose();
    await metric.dispose();
    expect(log.slice(3)).toEqual(['close abcde']);
  });

  it('says why there is no value', async () => {
    const metric = sanity({ stages: 1 });
    const flat = mapOf(3, 4, new Float32Array(12).fill(3));
    const broken = mapOf(3, 4, new Float32Array(12).fill(NaN));
    const reasons = async (mapFor: Parameters<typeof requestOf>[1]) =>
      (await metric.evaluate(requestOf([], mapFor))).map(({ value, reason }) => [value, reason]);
    expect(await reasons((name, sample) => (name === undefined && sample === 0 ? flat : trained[sample]!))).toEqual([
      [undefined, flatMap],
      [1, undefined],
    ]);
    expect((await reasons((name, sample) => (name === undefined ? broken : trained[sample]!)))[0]![1]).toContain(
      'not finite',
    );
    expect((await reasons((name, sample) => (name === undefined ? trained[sample]! : broken)))[0]![1]).toContain(
      'randomised',
    );
    await metric.dispose();
  });

  it('refuses a model whose weights cannot be drawn, and a request without an explainer', async () => {
    const request = requestOf([], (_, sample) => trained[sample]!);
    const failure = expect.objectContaining({ code: 'METRIC_NOT_APPLICABLE' });
    const plain = watched(request.model, () => {});
    await expect(sanity().evaluate({ ...request, model: plain })).rejects.toThrow(failure);
    await expect(sanity().evaluate({ ...request, model: { ...request.model, weightedLayers: [] } })).rejects.toThrow(
      failure,
    );
    const { explain, ...without } = request;
    expect(explain).toBeDefined();
    await expect(sanity().evaluate(without)).rejects.toThrow(failure);
    expect(sanity()).toMatchObject({ better: 'lower', range: [-1, 1], needs: ['explain', 'randomised'] });
  });
});
