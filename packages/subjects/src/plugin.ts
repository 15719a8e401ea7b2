import { definePlugin, SUBJECT } from '@understory/core';
import { kinds } from './kinds.ts';
import { name, version } from './manifest.ts';

export default definePlugin({
  name,
  version,
  hostApi: '^1.0.0',
  provides: kinds.map(({ id, title, description }) => ({ kind: 'subject', id, title, description })),
  register(registry) {
    for (const { id, kind } of kinds) registry.bind(SUBJECT, id, () => kind);
  },
});
