import { describe, expect, it, jest } from '@jest/globals';
import { createHost, EXPLAINER } from '@understory/core';
import plugin from '@understory/explain-gradcam';
import { ids, methods } from './methods.ts';

describe('the plugin', () => {
  const host = createHost();
  host.use(plugin, { from: 'here' });
  host.start();

  it('provides every method, with its paper and what it needs', () => {
    const provided = host.list('explainer');
    expect(provided.map(({ id }) => id)).toEqual(ids);
    for (const { reference, needs } of provided) {
      expect(reference).toMatch(/ 20\d\d/);
      expect(needs).toEqual(['gradients']);
    }
  });

  it.each(ids)('binds %s', async (id) => {
    const explain = jest.spyOn(methods[id]!, 'explain').mockRejectedValueOnce(new Error('asked'));
    await expect(host.get(EXPLAINER, id).explain({} as never)).rejects.toThrow('asked');
    expect(explain).toHaveBeenCalledTimes(1);
  });
});
