/// <reference lib="webworker" />
import attack from '@understory/attack-pgd';
import { carriedError, type CarriedError } from '@understory/core';
import { onnxWebPlugin } from '@understory/backend-onnx/web';
import { tfjsWebPlugin } from '@understory/backend-tfjs/web';
import { KeptModels, PageFiles, privateStore, webEnvironment } from '@understory/environment-web';
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
import ascent from '@understory/visualise-ascent';
import type { GivenFile } from '../engine/engine.ts';
import { openEngine } from '../engine/open-engine.ts';
import { servePort, type Port } from '../wire/port.ts';
import { bundled, bundledFiles, samples } from './bundled.ts';
import { filesOfModel, sortFiles } from '../engine/sort-files.ts';

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
      tfjsWebPlugin({
        ...{ wasm: new URL('tfjs/', page), readFile: files.read },
        onnxReader: async () => (await import('@understory/backend-tfjs-onnx/web')).webOnnxReader(files.read),
      }),
      subjects,
      gradcam,
      cam,
      gradients,
      perturbation,
    ],
    ...[baselines, faithfulness, shuffle, clip, mdetr, attack, ascent],
  ],
});

/** Models that were dropped before, in the browser's private files. */
const keptModels = async () => new KeptModels(await privateStore('models'));

/** Keeps a model for the next time; what keeps it from being kept, such as a full disk, is no reason not to open it. */
async function keep(model: string, given: readonly GivenFile[]): Promise<CarriedError | undefined> {
  const own = new Set(
    filesOfModel(
      given.map(({ path }) => path),
      model,
    ),
  );
  try {
    await (
      await keptModels()
    ).keep(
      model,
      given.filter(({ path }) => own.has(path)),
    );
    return undefined;
  } catch (error) {
    return carriedError(error);
  }
}

servePort(
  self as unknown as Port,
  openEngine({
    ...{ environment, kind: 'page', models: bundled, samples, served: { models: [], pictures: [] } },
    devices: { onnx: ['wasm', 'webgpu'], tfjs: ['wasm', 'cpu'] },
    addFiles: async (given) => {
      files.add(given.map(({ path, bytes }) => ({ path, content: bytes })));
      const added = sortFiles(given);
      const failed = await Promise.all(added.models.map((model) => keep(model, given)));
      const notKept = failed.find((error) => error !== undefined);
      return { ...added, ...(notKept && { notKept }) };
    },
    kept: {
      async list() {
        const models = await (await keptModels()).list();
        return models.map(({ id, name, files: own }) => ({
          id,
          name,
          size: own.reduce((sum, { size }) => sum + size, 0),
        }));
      },
      async read(id) {
        const own = await (await keptModels()).open(id, '.');
        return own.map(({ path, content }) => ({ path: path.slice(2), bytes: content as Uint8Array }));
      },
      forget: async (id) => (await keptModels()).forget(id),
    },
  }),
);
