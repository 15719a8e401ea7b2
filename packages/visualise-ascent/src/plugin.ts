import { definePlugin, VISUALISER } from '@understory/core';
import { ascent } from './ascent.ts';
import { name, version } from './manifest.ts';

export default definePlugin({
  name,
  version,
  hostApi: '^1.0.0',
  provides: [
    {
      kind: 'visualiser',
      id: 'ascent',
      title: 'Gradient ascent',
      description: 'The picture that a channel or a class responds to most, by gradient ascent on its frequencies.',
      reference: 'Olah, Mordvintsev and Schubert 2017; Mahendran and Vedaldi 2015, equation 4',
      formula: String.raw`s \leftarrow s + \alpha \operatorname{Adam} \bigl( \nabla_s \, a ( \tau \, \sigma ( C \, H ( s / f^d ) ) ) \bigr)`,
      needs: ['gradients', 'programs'],
      options: ascent.options,
    },
  ],
  register(registry) {
    registry.bind(VISUALISER, 'ascent', (_, options) => ascent.from(options));
  },
});
