import { BACKEND, definePlugin, type PluginManifest } from '@understory/core';
import { name, version } from '../manifest.ts';
import { OnnxWebBackend, type OnnxWebOptions } from './onnx-web-backend.ts';

/** The backend as a plugin for a host in a browser. */
export function onnxWebPlugin(options: OnnxWebOptions): PluginManifest {
  return definePlugin({
    name,
    version,
    hostApi: '^1.0.0',
    provides: [
      {
        kind: 'backend',
        id: 'onnx',
        title: 'ONNX Runtime for the web',
        description: 'Runs ONNX models in a browser and differentiates them by extending their graph.',
      },
    ],
    register(registry) {
      registry.bind(BACKEND, 'onnx', () => new OnnxWebBackend(options));
    },
  });
}
