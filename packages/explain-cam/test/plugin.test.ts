import { describe, expect, it } from '@jest/globals';
import { createHost, EXPLAINER } from '@understory/core';
import plugin, { cam } from '@understory/explain-cam';

describe('the plugin', () => {
  it('provides cam, which needs the graph and no gradients', () => {
    const host = createHost();
    host.use(plugin, { from: 'here' });
    host.start();
    expect(host.list('explainer')).toMatchObject([
      { id: 'cam', needs: ['graph'], reference: expect.stringContaining('2016') },
    ]);
    expect(host.get(EXPLAINER, 'cam')).toBe(cam);
  });
});
