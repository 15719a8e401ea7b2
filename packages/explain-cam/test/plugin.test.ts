import { describe, expect, it, jest } from '@jest/globals';
import { createHost, EXPLAINER } from '@understory/core';
import plugin, { cam } from '@understory/explain-cam';

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
    const explain = jest.spyOn(cam, 'explain').mockRejectedValueOnce(new Error('asked'));
    await expect(host.get(EXPLAINER, 'cam').explain({} as never)).rejects.toThrow('asked');
    expect(explain).toHaveBeenCalledTimes(1);
  });
});
