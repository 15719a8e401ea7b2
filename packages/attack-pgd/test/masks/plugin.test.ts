import { describe, expect, it } from '@jest/globals';
import { createHost, MASK, parseSelections } from '@understory/core';
import plugin from '../../src/plugin.ts';

describe('masks through the host', () => {
  const host = createHost();
  host.use(plugin, { from: 'here' });
  host.start();
  const masks = host.list('mask');
  const unnamedOption = (id: string) => masks.find((mask) => mask.id === id)?.unnamedOption;

  it('are all there', () => {
    expect(masks.map(({ id }) => id)).toEqual([
      'all',
      'origin-top',
      'origin-bottom',
      'target-top',
      'target-bottom',
      'uniform',
      'random',
      'inside',
      'outside',
      'origin-weighted',
      'target-weighted',
    ]);
  });

  it('take their share of the pixels without its name', async () => {
    const [uniform, weighted] = parseSelections('uniform:0.25,origin-weighted:invert=true', unnamedOption);
    const mask = host.get(MASK, uniform!.id, uniform!.options);
    const [drawn] = await mask.draw({ height: 4, width: 4, samples: 1, seeds: [0] });
    expect(drawn!.data.filter((weight) => weight === 1)).toHaveLength(4);
    expect(host.optionsOf('mask', weighted!.id, weighted!.options)).toEqual({ invert: true });
    expect(() => parseSelections('all:0.25', unnamedOption)).toThrow(
      expect.objectContaining({ code: 'SELECTION_INVALID' }),
    );
  });

  it('say by their options whether they are a share of the pixels', () => {
    const shares = masks.filter(({ options }) => options && 'fraction' in options).map(({ id }) => id);
    expect(shares).toEqual(masks.filter((mask) => mask.unnamedOption === 'fraction').map(({ id }) => id));
    expect(shares).toHaveLength(6);
  });
});
