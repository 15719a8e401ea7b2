import { describe, it } from '@jest/globals';
import { createHost, MASK, seededRandom, type HeatMap, type MaskRequest } from '@understory/core';
import { maskContract } from '@understory/testing';
import plugin from '../../src/plugin.ts';

const host = createHost();
host.use(plugin, { from: 'here' });
host.start();

const random = seededRandom('contract');
const map = (): HeatMap => ({
  height: 2,
  width: 3,
  data: Float32Array.from({ length: 6 }, () => random.normal()),
});
const request: MaskRequest = {
  height: 8,
  width: 12,
  samples: 3,
  seeds: [1, 2, 3],
  originMaps: [map(), map(), map()],
  targetMaps: [map(), map(), map()],
  boxes: [0, 3, 6].map((x) => [{ x, y: 1, width: 5, height: 4 }]),
};

describe.each(host.list('mask').map(({ id }) => id))('%s', (id) => {
  const create = () => host.get(MASK, id);
  for (const { name, run, timeout } of maskContract({ create, request })) it(name, run, timeout);
});
