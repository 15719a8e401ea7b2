import { definePlugin, imageTextTask, SUBJECT } from '@understory/core';
import { name, version } from './manifest.ts';
import { imageTextMatching } from './matcher/kind.ts';

export default definePlugin({
  name,
  version,
  hostApi: '^1.0.0',
  provides: [
    {
      kind: 'subject',
      id: imageTextTask,
      title: 'Zero-shot image classification',
      description: 'How well captions fit a picture, as CLIP and SigLIP say it.',
    },
  ],
  register: (registry) => registry.bind(SUBJECT, imageTextTask, () => imageTextMatching),
});
