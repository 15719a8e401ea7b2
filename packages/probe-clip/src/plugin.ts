import { definePlugin, imageTextTask, PROBE, SUBJECT } from '@understory/core';
import { name, version } from './manifest.ts';
import { imageTextMatching } from './matcher/kind.ts';
import { clip } from './probe/clip.ts';

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
    {
      kind: 'probe',
      id: 'clip',
      title: 'Captions that differ in one thing',
      description: 'Tests whether an image-text model reads where things are: does it prefer a caption to its swap?',
      reference: "Zheng, Can't See the Forest for the Trees, section 5.4",
      formula: String.raw`\text{blindness} = 1 - \frac{p_{\text{places}}}{p_{\text{objects}}}, \quad p = \frac{a - g}{1 - g}`,
      task: imageTextTask,
      options: clip.options,
    },
  ],
  register(registry) {
    registry.bind(SUBJECT, imageTextTask, () => imageTextMatching);
    registry.bind(PROBE, 'clip', (_, options) => clip.from(options));
  },
});
