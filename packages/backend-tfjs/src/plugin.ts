import { createRequire } from 'node:module';
import { BACKEND, definePlugin } from '@understory/core';
import { TfjsBackend } from './tfjs-backend.ts';

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
      kind: 'backend',
      id: 'tfjs',
      title: 'TensorFlow.js',
      description:
        'Runs and differentiates layers models and graph models on tfjs-node, WebAssembly or plain JavaScript.',
    },
  ],
  optionalPeers: [
    { name: '@tensorflow/tfjs-node', install: 'npm run setup:tfjs-node' },
    { name: '@tensorflow/tfjs-node-gpu', install: 'npm run setup:tfjs-gpu' },
  ],
  register(registry) {
    registry.bind(BACKEND, 'tfjs', () => new TfjsBackend());
  },
});
