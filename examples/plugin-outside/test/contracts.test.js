import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { float32, seededRandom } from '@understory/core';
import {
  ChainModel,
  explainerContract,
  flatten,
  globalAveragePool,
  linear,
  maskContract,
  pointwiseConvolution,
  relu,
} from '@understory/testing';
import plugin, { activationEnergy, checkerboard } from 'understory-plugin-outside';

const random = seededRandom('outside');
const numbers = (/** @type {number} */ length) => Array.from({ length }, () => random.normal());
const stem = pointwiseConvolution('stem', [numbers(3), numbers(3)], [0, 0]);
const head = linear('logits', [numbers(2), numbers(2)], [0, 0]);
const open = () =>
  new ChainModel({
    input: [3, 2, 4],
    steps: [stem, relu('features'), globalAveragePool('pooled'), flatten('flat'), head],
  });
const feeds = { pixels: float32(Float32Array.from(numbers(48)), [2, 3, 2, 4]) };
/** @type {import('@understory/core').Objective} */
const objective = { kind: 'score', output: 'logits', index: [[1], [0]] };

describe('activation-energy', () => {
  const create = () => activationEnergy;
  for (const { name, run } of explainerContract({ create, open, feeds, objective, layer: 'stem' })) it(name, run);

  it('is the length of the vector of channels in the last layer that has places', async () => {
    const [map] = await activationEnergy.explain({ model: open(), feeds, objective });
    const { features } = await open().run(feeds, ['features']);
    assert.equal(map?.layer, 'features');
    map.data.forEach((value, place) =>
      assert.ok(Math.abs(value - Math.hypot(Number(features?.data[place]), Number(features?.data[8 + place]))) < 1e-6),
    );
  });
});

describe('checkerboard', () => {
  const request = { height: 4, width: 6, samples: 2, seeds: [1, 2] };
  for (const { name, run } of maskContract({ create: () => checkerboard(), request })) it(name, run);

  it('lets every other cell change', async () => {
    const [mask] = await checkerboard({ cell: 2 }).draw({ ...request, height: 2 });
    assert.deepEqual([...(mask?.data ?? [])], [1, 1, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1]);
  });
});

it('the plugin binds what it says it provides', () => {
  /** @type {string[]} */
  const bound = [];
  plugin.register({ bind: ({ name }, id) => void bound.push(`${name} ${id}`), bindPrivate: () => undefined });
  assert.deepEqual(
    bound,
    plugin.provides.map(({ kind, id }) => `${kind} ${id}`),
  );
});
