import { expect, it } from '@jest/globals';
import { float32, maskOfBoxes } from '@understory/core';
import type { Feeds, HeatMap, Metric, MetricRequest, Model } from '@understory/core';
import * as metrics from '../src/index.ts';
import { mapOf, randomNumbers, tinyModel } from './support/networks.ts';

const size = { channels: 3, height: 6, width: 7, classes: 3 };
const places = size.height * size.width;

/** Channels last, or first again. */
function moved(feeds: Feeds, to: 'last' | 'first'): Feeds {
  const from = feeds['pixels']!.data as Float32Array;
  const samples = from.length / (3 * places);
  const data = new Float32Array(from.length);
  for (let sample = 0; sample < samples; sample += 1) {
    for (let place = 0; place < places; place += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        const first = (sample * 3 + channel) * places + place;
        const last = (sample * places + place) * 3 + channel;
        if (to === 'last') data[last] = from[first]!;
        else data[first] = from[last]!;
      }
    }
  }
  const { height, width } = size;
  return { pixels: float32(data, to === 'last' ? [samples, height, width, 3] : [samples, 3, height, width]) };
}

const explained = (feeds: Feeds, classes: readonly number[]): readonly HeatMap[] =>
  classes.map((of, sample) =>
    mapOf(
      size.height,
      size.width,
      Array.from({ length: places }, (_, place) => {
        const pixels = feeds['pixels']!.data as Float32Array;
        const [red, , blue] = [0, 1, 2].map((channel) => pixels[(sample * 3 + channel) * places + place]!);
        return red! * Math.sin(place * (of + 1)) + blue! ** 2;
      }),
    ),
  );

function requestOf(layout: 'last' | 'first'): MetricRequest {
  const plain = tinyModel(size);
  const feeds = { pixels: float32(randomNumbers(2 * 3 * places, 'seen'), [2, 3, size.height, size.width]) };
  const asPlain = (given: Feeds) => (layout === 'last' ? moved(given, 'first') : given);
  const model: Model = {
    inputs: [
      {
        ...plain.inputs[0]!,
        dims: layout === 'last' ? ['N', size.height, size.width, 3] : ['N', 3, size.height, size.width],
      },
    ],
    outputs: plain.outputs,
    layers: [],
    origin: plain.origin,
    run: (given, fetch) => plain.run(asPlain(given), fetch),
    close: () => plain.close(),
  };
  return {
    model,
    feeds: layout === 'last' ? moved(feeds, 'last') : feeds,
    objective: { kind: 'score', output: 'logits', index: [[0], [2]] },
    maps: explained(feeds, [0, 2]),
    objects: [0, 1].map((x) => maskOfBoxes([{ x, y: 1, width: 3, height: 3 }], size)),
    explain: async ({ feeds: changed, objective }) =>
      explained(
        changed === undefined ? feeds : asPlain(changed),
        objective?.kind === 'score' ? objective.index.map(([of]) => of!) : [0, 2],
      ),
    seed: 4,
  };
}

it.each<[string, () => Metric]>([
  ['faithfulness-correlation', () => metrics.faithfulnessCorrelation({ subset: 6, draws: 8 })],
  ['faithfulness-estimate', () => metrics.faithfulnessEstimate({ steps: 7, perturbation: 'imputation' })],
  ['monotonicity', () => metrics.monotonicity({ steps: 4 })],
  ['monotonicity-correlation', () => metrics.monotonicityCorrelation({ steps: 8, draws: 2 })],
  ['infidelity', () => metrics.infidelity({ patch: 2, perturbation: 'channel-mean' })],
  ['region-perturbation', () => metrics.regionPerturbation({ patch: 2, regions: 5, perturbation: 'imputation' })],
  ['relevance-rank-accuracy', () => metrics.relevanceRankAccuracy()],
  ['max-sensitivity', () => metrics.maxSensitivity({ draws: 3 })],
  ['local-lipschitz', () => metrics.localLipschitz({ draws: 3 })],
  ['continuity', () => metrics.continuity({ steps: 6 })],
  ['random-logit', () => metrics.randomLogit({ draws: 2 })],
])('%s is the same of a network that takes channels last', async (_, create) => {
  const expected = await create().evaluate(requestOf('first'));
  const found = await create().evaluate(requestOf('last'));
  found.forEach(({ value, curve }, sample) => {
    expect(value).toBeDefined();
    expect(value).toBeCloseTo(expected[sample]!.value!, 5);
    curve?.y.forEach((y, at) => expect(y).toBeCloseTo(expected[sample]!.curve!.y[at]!, 5));
  });
});
