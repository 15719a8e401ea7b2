import { createRequire } from 'node:module';
import { definePlugin, PROBE } from '@understory/core';
import { paperPreset, shuffle } from './shuffle.ts';

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
      kind: 'probe',
      id: 'shuffle',
      title: 'Patch shuffle',
      description: 'Asks whether predictions survive when patches of the picture change places.',
      reference: 'section 5.3 of the paper; after Naseer et al. 2021',
      options: shuffle.options,
      presets: { paper: paperPreset },
    },
  ],
  register: (registry) => registry.bind(PROBE, 'shuffle', (_, options) => shuffle.from(options)),
});
