import { definePlugin, PROBE, questionTask, SUBJECT } from '@understory/core';
import { questionAnswering } from './answerer/kind.ts';
import { name, version } from './manifest.ts';
import { mdetr } from './probe/mdetr.ts';

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
    {
      kind: 'probe',
      id: 'mdetr',
      title: 'Questions about where things are',
      description:
        'Tests whether a model that answers questions reads where things are: does the answer follow when places change?',
      reference: "Zheng, Can't See the Forest for the Trees, section 5.4",
      formula: String.raw`\text{blindness} = 1 - \frac{p_{\text{places}}}{p_{\text{objects}}}, \quad p = \frac{a - g}{1 - g}`,
      task: questionTask,
      options: mdetr.options,
    },
  ],
  register(registry) {
    registry.bind(SUBJECT, questionTask, () => questionAnswering);
    registry.bind(PROBE, 'mdetr', (_, options) => mdetr.from(options));
  },
});
