import { definePlugin, questionTask, SUBJECT } from '@understory/core';
import { questionAnswering } from './answerer/kind.ts';
import { name, version } from './manifest.ts';

export default definePlugin({
  name,
  version,
  hostApi: '^1.0.0',
  provides: [
    {
      kind: 'subject',
      id: questionTask,
      title: 'Visual question answering',
      description:
        'Answers to a question about a picture, by type, and boxes of what a text names, as MDETR gives them.',
    },
  ],
  register(registry) {
    registry.bind(SUBJECT, questionTask, () => questionAnswering);
  },
});
