/// <reference lib="webworker" />
import attack from '@understory/attack-pgd';
import { onnxWebPlugin } from '@understory/backend-onnx/web';
import { PageFiles, webEnvironment } from '@understory/environment-web';
import baselines from '@understory/explain-baseline';
import cam from '@understory/explain-cam';
import gradcam from '@understory/explain-gradcam';
import gradients from '@understory/explain-gradients';
import perturbation from '@understory/explain-perturbation';
import faithfulness from '@understory/metric-faithfulness';
import clip from '@understory/probe-clip';
import mdetr from '@understory/probe-mdetr';
import shuffle from '@understory/probe-shuffle';
import subjects from '@understory/subjects';
import { openEngine } from '../engine/open-engine.ts';
import { servePort, type Port } from '../wire/port.ts';
import { bundled, bundledFiles, samples } from './bundled.ts';
import { sortFiles } from '../engine/sort-files.ts';

/** The folder of the page, in which models and the runtime lie. */
const page = new URL('../', self.location.href);
const files = new PageFiles();
files.add([
  ...bundledFiles.map((path) => ({ path, content: { url: new URL(`models/${path}`, page).href } })),
  ...samples.map((path) => ({ path, content: { url: new URL(`samples/${path}`, page).href } })),
]);

const environment = webEnvironment({
  files,
  versions: { understory: 'studio' },
  plugins: [
    ...[
      onnxWebPlugin({ wasm: new URL('ort/', page), readFile: files.read }),
      subjects,
      gradcam,
      cam,
      gradients,
      perturbation,
    ],
    ...[baselines, faithfulness, shuffle, clip, mdetr, attack],
  ],
});

servePort(
  self as unknown as Port,
  openEngine({
    ...{ environment, kind: 'page', models: bundled, samples, served: { models: [], pictures: [] } },
    addFiles: async (given) => {
      files.add(given.map(({ path, bytes }) => ({ path, content: bytes })));
      return sortFiles(given);
    },
  }),
);
