import { createRequire } from 'node:module';
import { BACKEND, definePlugin } from '@understory/core';
import { OnnxBackend } from './onnx-backend.ts';

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
      id: 'onnx',
      title: 'ONNX Runtime',
      description: 'Runs ONNX models and differentiates them by extending their graph.',
    },
  ],
  register(registry) {
    registry.bind(BACKEND, 'onnx', () => new OnnxBackend());
  },
});
