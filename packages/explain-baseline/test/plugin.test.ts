import { describe, expect, it, jest } from '@jest/globals';
import { createHost, EXPLAINER } from '@understory/core';
import plugin, { random, sobel } from '@understory/explain-baseline';
import gradients, { saliency } from '@understory/explain-gradients';
import type { Model } from '@understory/core';
import { feeds, network, objective } from './networks.ts';

describe('the plugin', () => {
  const host = createHost();
  host.use(plugin, { from: 'here' });
  host.use(gradients, { from: 'there' });
  host.start();

  it('provides every baseline, and none needs anything of the model', async () => {
    const provided = host.list('explainer').filter(({ from }) => from === 'here');
    expect(provided.map(({ id }) => id)).toEqual(['random', 'centre', 'sobel', 'randomised']);
    for (const { needs } of provided) expect(needs).toBeUndefined();
    for (const [id, explainer] of Object.entries({ random, sobel })) {
      const explain = jest.spyOn(explainer, 'explain').mockRejectedValueOnce(new Error('asked'));
      await expect(host.get(EXPLAINER, id).explain({} as never)).rejects.toThrow('asked');
      expect(explain).toHaveBeenCalledTimes(1);
    }
  });

  it('hands settings over', async () => {
    const at = async (sigma: number) => {
      const [map] = await host.get(EXPLAINER, 'centre', { sigma }).explain({ model: network(), feeds, objective });
      return map!.data[0]!;
    };
    expect(await at(0.1)).toBeLessThan(await at(0.5));
  });

  it('finds the explainer that is applied to other weights by its id', async () => {
    const model: Model = Object.assign(network(), { weightedLayers: ['logits'], randomised: async () => network(9) });
    const maps = await host
      .get(EXPLAINER, 'randomised', { explainer: 'saliency' })
      .explain({ model, feeds, objective });
    expect(maps).toEqual(await saliency.explain({ model: network(9), feeds, objective }));
    const of = (explainer: string) => () => host.get(EXPLAINER, 'randomised', { explainer });
    expect(of('salience')).toThrow(expect.objectContaining({ code: 'UNKNOWN_EXPLAINER' }));
    expect(of('randomised')).toThrow();
  });
});
