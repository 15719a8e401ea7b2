import { definePlugin, PROBE } from '@understory/core';
import { name, version } from './manifest.ts';
import { paperPreset, shuffle } from './shuffle.ts';

export default definePlugin({
  name,
  version,
  hostApi: '^1.0.0',
  provides: [
    {
      kind: 'probe',
      id: 'shuffle',
      title: 'Patch shuffle',
      description:
        'Tests sensitivity to spatial arrangement: do predictions survive when patches of the image are permuted?',
      reference: "Zheng, Can't See the Forest for the Trees, section 5.3; after Naseer et al. 2021",
      formula: String.raw`\frac{1}{n} \sum_{i=1}^{n} \mathbf{1} \bigl[ \arg\max f(\pi_i(I_i)) = \arg\max f(I_i) \bigr]`,
      options: shuffle.options,
      presets: { paper: paperPreset },
    },
  ],
  register: (registry) => registry.bind(PROBE, 'shuffle', (_, options) => shuffle.from(options)),
});
