import { describe, expect, it, jest } from '@jest/globals';
import { createHost, EXPLAINER } from '@understory/core';
import plugin, { saliency } from '@understory/explain-gradients';
import { linearScore, mapOf } from './networks.ts';
import { ids } from './methods.ts';

describe('the plugin', () => {
  const host = createHost();
  host.use(plugin, { from: 'here' });
  host.start();

  it('provides every method, with its paper and what it needs', () => {
    const provided = host.list('explainer');
    expect(provided.map(({ id }) => id)).toEqual([
      ...ids.flatMap((id) => (id === 'fullgrad' ? ['lrp', 'deeplift', id] : [id])),
      'generic-attention',
    ]);
    for (const { id, reference, needs } of provided) {
      expect(reference).toMatch(/ 20\d\d/);
      expect(needs).toEqual(['fullgrad', 'generic-attention'].includes(id) ? ['gradients', 'graph'] : ['gradients']);
    }
  });

  it('hands settings over', async () => {
    const explain = jest.spyOn(saliency, 'explain').mockRejectedValueOnce(new Error('asked'));
    await expect(host.get(EXPLAINER, 'saliency').explain({} as never)).rejects.toThrow('asked');
    expect(explain).toHaveBeenCalledTimes(1);
    const told: number[] = [];
    const progress = (done: number) => told.push(done);
    for (const [id, name] of [
      ['smoothgrad', 'samples'],
      ['integrated-gradients', 'steps'],
    ] as const) {
      const explainer = host.get(EXPLAINER, id, { [name]: '4', batch: 3 });
      await mapOf(explainer, linearScore([1], [1, 1, 1]), [1], { progress });
      expect(() => host.get(EXPLAINER, id, { [name]: 0 })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
    }
    expect(told).toEqual([2, 4, 2, 4]);
  });
});
