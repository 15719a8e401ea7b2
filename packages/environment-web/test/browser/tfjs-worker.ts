import { tfjsWebPlugin } from '@understory/backend-tfjs/web';
import { PageFiles, webEnvironment } from '@understory/environment-web';
import explainGradcam from '@understory/explain-gradcam';
import explainPerturbation from '@understory/explain-perturbation';
import { openStudy, parseStudySpec, type ShownImage, type StudySpec } from '@understory/studies';
import subjects from '@understory/subjects';

/** What the worker found. */
export interface TfjsResults {
  readonly runsOn: string;
  readonly heat: readonly number[];
  readonly size: readonly [height: number, width: number];
  readonly layer: string | undefined;
  readonly top: readonly { readonly label: string | null; readonly probability: number }[];
  readonly stopped: string;
  /** Of a folder that lacks a file of weights. */
  readonly refused: string | undefined;
}

const net = 'models/net';
const parts = ['config.json', 'preprocessor_config.json', 'tfjs/model.json'];
const shard = 'tfjs/group1-shard1of1.bin';
const files = new PageFiles();
files.add([
  ...[...parts, shard].map((path) => ({ path: `${net}/${path}`, content: { url: `/files/${path}` } })),
  ...parts.map((path) => ({ path: `incomplete/${path}`, content: { url: `/files/${path}` } })),
  { path: 'chelsea.png', content: { url: '/files/chelsea.png' } },
]);
const environment = webEnvironment({
  files,
  plugins: [
    tfjsWebPlugin({ wasm: '/files/', readFile: files.read }),
    ...[subjects, explainGradcam, explainPerturbation],
  ],
});

async function explained(explainer: string, signal?: AbortSignal, model = net) {
  const input = { version: 1, study: 'explain', model, images: { from: ['chelsea.png'] }, explainers: [explainer] };
  const spec = parseStudySpec(input) as Extract<StudySpec, { study: 'explain' }>;
  let shown: ShownImage | undefined;
  const study = await openStudy(spec, environment, {
    ...(signal && { signal }),
    onShown: async (each) => void (shown = each),
    // The page answers the first step, which it can only where the worker hears messages between two runs.
    onStep: () => self.postMessage('step'),
  });
  try {
    for await (const event of study.explain()) if ('error' in event) throw event.error;
    return { ...shown!, executionProvider: study.model.executionProvider };
  } finally {
    await study.close();
  }
}

async function results(): Promise<TfjsResults> {
  const { maps, record, executionProvider } = await explained('gradcam');
  const { heat } = maps[0]!;
  const controller = new AbortController();
  self.onmessage = () => controller.abort('changed its mind');
  const stopped = await explained('rise', controller.signal).then(() => 'not at all', String);
  const refused = await explained('gradcam', undefined, 'incomplete').then(
    () => undefined,
    ({ code }: { readonly code?: string }) => code,
  );
  return {
    ...{ runsOn: executionProvider, heat: [...heat.data], size: [heat.height, heat.width], layer: heat.layer },
    top: record.top.map(({ label, probability }) => ({ label, probability })),
    ...{ stopped, refused },
  };
}

void results()
  .catch((error: unknown) => ({ error: `${error} ${JSON.stringify(error)}` }))
  .then((found) => fetch('/results', { method: 'POST', body: JSON.stringify(found) }));
