import { describe, expect, it } from '@jest/globals';
import { createHost, PROBE } from '@understory/core';
import plugin from '@understory/probe-shuffle';

describe('the plugin', () => {
  const host = createHost();
  host.use(plugin, { from: 'here' });
  host.start();

  it('provides the probe with its paper and its preset', () => {
    expect(host.list('probe')).toMatchObject([{ id: 'shuffle', reference: expect.stringContaining('5.3') }]);
    expect(host.optionsOf('probe', 'shuffle', { preset: 'paper' })).toMatchObject({
      ...{ grid: [4], permutations: 1, derangement: false, controls: [] },
    });
  });

  it('binds it, from text as from values', () => {
    const made = host.get(PROBE, 'shuffle', { grid: '2+4', controls: 'seams+rows' });
    expect(host.get(PROBE, 'shuffle', { grid: [2, 4], controls: ['seams', 'rows'] })).toBe(made);
    expect(() => host.get(PROBE, 'shuffle', { controls: 'left' })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });
});
