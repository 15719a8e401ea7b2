import { BACKEND, definePlugin, type PluginManifest } from '@understory/core';
import { name, version } from '../manifest.ts';
import { TfjsWebBackend, type TfjsWebOptions } from './tfjs-web-backend.ts';

/** The backend as a plugin for a host in a browser. */
export function tfjsWebPlugin(options: TfjsWebOptions): PluginManifest {
  return definePlugin({
    name,
    version,
    hostApi: '^1.0.0',
    provides: [
      {
        kind: 'backend',
        id: 'tfjs',
        title: 'TensorFlow.js in a browser',
        description: 'Runs and differentiates layers models and graph models on WebAssembly or plain JavaScript.',
      },
    ],
    register(registry) {
      registry.bind(BACKEND, 'tfjs', () => new TfjsWebBackend(options));
    },
  });
}
