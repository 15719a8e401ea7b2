import { describe, expect, it } from '@jest/globals';
import { createHost, EXPLAINER } from '@understory/core';
import plugin from '@understory/explain-cam';

describe('the plugin', () => {
  it('provides methods that need no gradients, and those that need the graph', async () => {
    const host = createHost();
    host.use(plugin, { from: 'here' });
    host.start();
    expect(host.list('explainer')).toMatchObject([
      { id: 'cam', needs: ['graph'], reference: expect.stringContaining('2016') },
      { id: 'eigencam', reference: expect.stringContaining('2020') },
      { id: 'attention-rollout', needs: ['graph'], reference: expect.stringContaining('2020') },
    ]);
    expect(host.list('explainer').flatMap(({ needs = [] }) => needs)).toEqual(['graph', 'graph']);
    expect(host.get(EXPLAINER, 'cam', { smooth: 'eigen+augmentation' })).toMatchObject({
      explain: expect.any(Function),
    });
    for (const id of ['cam', 'eigencam']) {
      expect(() => host.get(EXPLAINER, id, { smooth: 'nothing' })).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
    }
  });
});
