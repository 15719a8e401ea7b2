import { createRequire } from 'node:module';
import { definePlugin, EXPLAINER } from '@understory/core';
import { cam } from './cam.ts';

const manifest = createRequire(import.meta.url)('../package.json') as {
  readonly name: string;
  readonly version: string;
};

export default definePlugin({
  name: manifest.name,
  version: manifest.version,
  hostApi: '^1.0.0',
  provides: [
    {
      kind: 'explainer',
      id: 'cam',
      title: 'CAM',
      description:
        'Weighs the channels that are pooled as the linear layer behind the pooling weighs them; exact, no gradients.',
      reference: 'Zhou et al. 2016, equation 2',
      needs: ['graph'],
    },
  ],
  register(registry) {
    registry.bind(EXPLAINER, 'cam', () => cam);
  },
});
