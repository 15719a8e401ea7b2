import { BACKEND, definePlugin } from '@understory/core';
import { name, version } from './manifest.ts';
import { onnxPackage } from './onnx-reader.ts';
import { TfjsBackend } from './tfjs-backend.ts';

export default definePlugin({
  name,
  version,
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
    onnxPackage,
    { name: '@tensorflow/tfjs-node', install: 'npm run setup:tfjs-node' },
    { name: '@tensorflow/tfjs-node-gpu', install: 'npm run setup:tfjs-gpu' },
  ],
  register(registry) {
    registry.bind(BACKEND, 'tfjs', () => new TfjsBackend());
  },
});
