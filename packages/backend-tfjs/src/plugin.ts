import { createRequire } from 'node:module';
import { definePlugin } from '@understory/core';

const manifest = createRequire(import.meta.url)('../package.json') as {
  readonly name: string;
  readonly version: string;
};

export default definePlugin({
  name: manifest.name,
  version: manifest.version,
  hostApi: '^1.0.0',
  provides: [],
  register() {},
});
