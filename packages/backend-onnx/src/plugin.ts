import { BACKEND, definePlugin } from '@understory/core';
import { name, version } from './manifest.ts';
import { OnnxBackend } from './onnx-backend.ts';

export default definePlugin({
  name,
  version,
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
