import { describe, expect, it } from '@jest/globals';
import { createHost, EXPLAINER } from '@understory/core';
import plugin from '@understory/explain-gradcam';
import { mapOf } from './known-gradients.ts';
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
    const sample = {
      activations: [
        [1, 3, 2],
        [0, 2, 5],
      ],
      gradients: [
        [4, 0, 1],
        [2, -1, 3],
      ],
    };
    expect(await mapOf(host.get(EXPLAINER, id), sample)).toEqual(await mapOf(methods[id], sample));
  });
});
