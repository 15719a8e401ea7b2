import { createRequire } from 'node:module';
import { definePlugin, EXPLAINER, MASK } from '@understory/core';
import { activationEnergy } from './activation-energy.js';
import { checkerboard } from './checkerboard.js';

/** @type {{ readonly name: string, readonly version: string }} */
const { name, version } = createRequire(import.meta.url)('../package.json');

export default definePlugin({
  name,
  version,
  hostApi: '^1.0.0',
  provides: [
    {
      kind: 'explainer',
      id: 'activation-energy',
      title: 'Activation energy',
      description: 'Shows how strongly a layer responds at each place, whatever class is asked for.',
    },
    {
      kind: 'mask',
      id: 'checkerboard',
      title: 'Checkerboard',
      description: 'Lets every other cell of a checkerboard change.',
      options: checkerboard.options,
      unnamedOption: 'cell',
    },
  ],
  register(registry) {
    registry.bind(EXPLAINER, 'activation-energy', () => activationEnergy);
    registry.bind(MASK, 'checkerboard', (_, options) => checkerboard.from(options));
  },
});
export { activationEnergy, checkerboard };
