import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ModelSource } from '@understory/core';

const require = createRequire(import.meta.url);

/** A real model of the package nsfwjs, which wraps model.json and shards in scripts, as the files that they were. */
export function nsfwModel(name: 'mobilenet_v2' | 'mobilenet_v2_mid'): Extract<ModelSource, { kind: 'bytes' }> {
  // The package exports nothing that lies beside the scripts, but where one of its own is.
  const folder = join(dirname(require.resolve('nsfwjs')), '../models', name);
  const json = unwrap(join(folder, 'model.min.js')) as {
    readonly weightsManifest: readonly { readonly paths: readonly string[] }[];
  };
  const paths = json.weightsManifest.flatMap((group) => group.paths);
  const shard = (path: string) =>
    Uint8Array.from(Buffer.from(String(unwrap(join(folder, `${path}.min.js`))), 'base64'));
  return {
    kind: 'bytes',
    bytes: new TextEncoder().encode(JSON.stringify(json)),
    externalData: Object.fromEntries(paths.map((path) => [path, shard(path)])),
  };
}

function unwrap(path: string): unknown {
  const module = require(path) as { readonly default?: unknown };
  return module.default ?? module;
}
