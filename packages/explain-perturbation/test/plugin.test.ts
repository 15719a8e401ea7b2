import { describe, expect, it } from '@jest/globals';
import { createHost, EXPLAINER } from '@understory/core';
import plugin from '@understory/explain-perturbation';
import { ids } from './methods.ts';
import { linearScore, mapOf } from './networks.ts';

describe('the plugin', () => {
  const host = createHost();
  host.use(plugin, { from: 'here' });
  host.start();

  it('provides every method with its paper, and needs no gradients', () => {
    const provided = host.list('explainer');
    expect(provided.map(({ id }) => id)).toEqual(ids);
    for (const { reference, needs } of provided) {
      expect(reference).toMatch(/ 20\d\d/);
      expect(needs).toBeUndefined();
    }
  });

  it('hands settings over', async () => {
    const told: number[] = [];
    const progress = (done: number) => told.push(done);
    const model = linearScore([1, 2, 3, 4], [1, 2, 2]);
    await mapOf(host.get(EXPLAINER, 'rise', { masks: '4', batch: 2 }), model, [1, 1, 1, 1], { progress });
    await mapOf(host.get(EXPLAINER, 'occlusion', { window: 1, batch: 4 }), model, [1, 1, 1, 1], { progress });
    expect(told).toEqual([2, 4, 4]);
    for (const id of ids) {
      expect(() => host.get(EXPLAINER, id, { batch: 0 })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    }
  });
});
