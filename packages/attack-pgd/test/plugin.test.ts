import { describe, expect, it } from '@jest/globals';
import { ATTACK, createHost } from '@understory/core';
import plugin, { paper } from '../src/index.ts';

function host() {
  const created = createHost();
  created.use(plugin, { from: 'here' });
  created.start();
  return created;
}

describe('the plugin', () => {
  it('provides the named attacks, which need gradients in compiled programs', () => {
    const attacks = host().list('attack');
    expect(attacks.map(({ id }) => id)).toEqual(['pgd', 'fgsm', 'bim', 'mi-fgsm', 'apgd']);
    for (const { needs, reference } of attacks) {
      expect(needs).toEqual(['gradients', 'programs']);
      expect(reference).toBeDefined();
    }
  });

  it('attacks as the paper does where nothing else is said', () => {
    expect(host().optionsOf('attack', 'pgd')).toMatchObject(paper);
    expect(host().optionsOf('attack', 'pgd', { preset: 'paper' })).toEqual(host().optionsOf('attack', 'pgd'));
  });

  it('takes an epsilon as a fraction, on top of a preset', () => {
    const options = { preset: 'torchattacks-pgd', epsilon: '4/255' };
    expect(host().optionsOf('attack', 'pgd', options)).toMatchObject({ epsilon: 4 / 255, alpha: 2 / 255, steps: 10 });
    expect(host().get(ATTACK, 'pgd', options).budget).toEqual({ norm: 'linf', epsilon: 4 / 255 });
  });

  it.each(['pgd', 'fgsm', 'bim', 'mi-fgsm', 'apgd'])('makes %s in L2', (id) => {
    expect(host().get(ATTACK, id, { norm: 'l2', epsilon: 3 }).budget).toEqual({ norm: 'l2', epsilon: 3 });
  });

  it('has no L1 for apgd', () => {
    expect(() => host().get(ATTACK, 'apgd', { norm: 'l1' })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });
});
