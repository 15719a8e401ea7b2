import { definePlugin, EXPLAINER } from '@understory/core';
import { cam } from './cam.ts';
import { name, version } from './manifest.ts';

export default definePlugin({
  name,
  version,
  hostApi: '^1.0.0',
  provides: [
    {
      kind: 'explainer',
      id: 'cam',
      title: 'CAM',
      description:
        'Weighs the channels that are pooled as the linear layer behind the pooling weighs them; exact, no gradients.',
      reference: 'Zhou et al. 2016, equation 2',
      formula: String.raw`M(x, y) = \sum_k w_k \, A_k(x, y)`,
      needs: ['graph'],
    },
  ],
  register(registry) {
    registry.bind(EXPLAINER, 'cam', () => cam);
  },
});
