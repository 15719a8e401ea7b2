import { ATTACK, definePlugin, MASK } from '@understory/core';
import type { Attack, Contribution, Options, OptionSchema } from '@understory/core';
import { apgd } from './attacks/apgd.ts';
import { bim } from './attacks/bim.ts';
import { fgsm } from './attacks/fgsm.ts';
import { miFgsm } from './attacks/mi-fgsm.ts';
import { pgd } from './attacks/pgd.ts';
import { name, version } from './manifest.ts';
import { masks } from './masks/index.ts';
import { foolboxPgd, paper, torchattacksPgd } from './presets.ts';

const attacks: readonly (Omit<Contribution, 'kind' | 'options' | 'needs'> & {
  readonly attack: { readonly options: OptionSchema; from(given: Options): Attack };
})[] = [
  {
    id: 'pgd',
    title: 'PGD',
    description: 'Projected gradient descent within a mask; by default the targeted attack of Zheng, section 4.3.',
    reference: 'Zheng, section 4.3 and Algorithm 1; Madry et al. 2018, section 2.1',
    formula: String.raw`x \leftarrow \Pi_{[0, 1]} \, \Pi_{\lVert x - x_0 \rVert \le \epsilon} \bigl( x + \alpha_t \, m \odot \operatorname{sign} \nabla_x J(x) \bigr)`,
    presets: { paper, 'foolbox-pgd': foolboxPgd, 'torchattacks-pgd': torchattacksPgd },
    attack: pgd,
  },
  {
    id: 'fgsm',
    title: 'FGSM',
    description: 'One step of length epsilon along the sign of the gradient.',
    reference: 'Goodfellow et al. 2015, section 4',
    formula: String.raw`x = \Pi_{[0, 1]} \bigl( x_0 + \epsilon \, m \odot \operatorname{sign} \nabla_x J(x_0) \bigr)`,
    attack: fgsm,
  },
  {
    id: 'bim',
    title: 'BIM (I-FGSM)',
    description: 'Small steps of constant size along the sign of the gradient.',
    reference: 'Kurakin et al. 2017, section 2.2',
    formula: String.raw`x \leftarrow \Pi_{[0, 1]} \, \Pi_{\lVert x - x_0 \rVert \le \epsilon} \bigl( x + \alpha \, m \odot \operatorname{sign} \nabla_x J(x) \bigr)`,
    attack: bim,
  },
  {
    id: 'mi-fgsm',
    title: 'MI-FGSM',
    description: 'Small steps along the sign of a momentum-accumulated gradient.',
    reference: 'Dong et al. 2018, algorithm 1',
    formula: String.raw`g \leftarrow \mu g + \frac{\nabla_x J(x)}{\lVert \nabla_x J(x) \rVert_1}, \quad x \leftarrow \Pi \bigl( x + \alpha \, m \odot \operatorname{sign} g \bigr)`,
    attack: miFgsm,
  },
  {
    id: 'apgd',
    title: 'Auto-PGD',
    description: 'Gradient steps with momentum and an adaptive step size, halved when progress stalls.',
    reference: 'Croce and Hein 2020, algorithm 1',
    formula: String.raw`z = \Pi \bigl( x_t + \eta_t \, m \odot \operatorname{sign} \nabla_x J(x_t) \bigr), \quad x_{t+1} = \Pi \bigl( x_t + a (z - x_t) + (1 - a)(x_t - x_{t-1}) \bigr)`,
    attack: apgd,
  },
];

export default definePlugin({
  name,
  version,
  hostApi: '^1.0.0',
  provides: [
    ...attacks.map(({ attack, ...rest }): Contribution => ({
      kind: 'attack',
      ...rest,
      needs: ['gradients', 'programs'],
      options: attack.options,
    })),
    ...masks.map(({ mask, ...rest }): Contribution => ({ kind: 'mask', ...rest, options: mask.options })),
  ],
  register(registry) {
    for (const { id, attack } of attacks) registry.bind(ATTACK, id, (_, options) => attack.from(options));
    for (const { id, mask } of masks) registry.bind(MASK, id, (_, options) => mask.from(options));
  },
});
