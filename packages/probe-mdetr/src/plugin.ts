import { definePlugin } from '@understory/core';
import { name, version } from './manifest.ts';

export default definePlugin({
  name,
  version,
  hostApi: '^1.0.0',
  provides: [],
  register: () => undefined,
});
