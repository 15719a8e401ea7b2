import attackPgd from '@understory/attack-pgd';
import { onnxWebPlugin } from '@understory/backend-onnx/web';
import { KeptModels, PageFiles, privateStore, webEnvironment } from '@understory/environment-web';
import { memoryStore } from '@understory/experiments';
import explainBaseline from '@understory/explain-baseline';
import explainCam from '@understory/explain-cam';
import explainGradcam from '@understory/explain-gradcam';
import explainGradients from '@understory/explain-gradients';
import explainPerturbation from '@understory/explain-perturbation';
import metricFaithfulness from '@understory/metric-faithfulness';
import probeClip from '@understory/probe-clip';
import probeMdetr from '@understory/probe-mdetr';
import probeShuffle from '@understory/probe-shuffle';
import {
  openStudy,
  parseStudySpec,
  runStudy,
  type ShownImage,
  type StudySpec,
  type StudySpecInput,
} from '@understory/studies';
import subjects from '@understory/subjects';

/** What the worker found. */
export interface StudyResults {
  readonly isIsolated: boolean;
  readonly runsOn: string;
  readonly heat: readonly number[];
  readonly size: readonly [height: number, width: number];
  readonly layer: string | undefined;
  readonly top: readonly { readonly label: string | null; readonly probability: number }[];
  readonly stopped: string;
  readonly refused: string | undefined;
  /** Images and failures of each kind of study. */
  readonly studies: Readonly<Record<string, readonly [images: number, failed: number]>>;
  readonly kept: {
    readonly paths: readonly string[];
    readonly isSame: boolean;
    readonly left: number;
    readonly run: boolean;
  };
}

const net = 'models/efficientnet-lite0';
const parts = ['config.json', 'onnx/model.onnx', 'preprocessor_config.json'];
const files = new PageFiles();
files.add([
  ...parts.map((path) => ({ path: `${net}/${path}`, content: { url: `/files/${path}` } })),
  { path: 'chelsea.png', content: { url: '/files/chelsea.png' } },
]);
const environment = webEnvironment({
  files,
  plugins: [
    onnxWebPlugin({ wasm: '/files/', readFile: files.read }),
    subjects,
    ...[explainCam, explainGradcam, explainGradients, explainPerturbation, explainBaseline],
    ...[metricFaithfulness, probeShuffle, probeClip, probeMdetr, attackPgd],
  ],
});
const common = { version: 1, model: net, images: { from: ['chelsea.png'] } } as const;

async function explained(explainer: string, signal?: AbortSignal, model = net) {
  const input: StudySpecInput = { ...common, model, study: 'explain', explainers: [explainer] };
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
    const { executionProvider } = study.model;
    return { ...shown!, executionProvider };
  } finally {
    await study.close();
  }
}

async function results(): Promise<StudyResults> {
  const { maps, record, executionProvider } = await explained('gradcam');
  const { heat } = maps[0]!;
  const controller = new AbortController();
  self.onmessage = () => controller.abort('changed its mind');
  const stopped = await explained('rise', controller.signal).then(() => 'not at all', String);
  const refused = await environment.findModel('models/efficientnet-lite1').then(
    () => undefined,
    ({ code }: { readonly code?: string }) => code,
  );
  const studies: Record<string, readonly [number, number]> = {};
  for (const spec of [
    { ...common, study: 'evaluate', metrics: ['deletion:steps=5'] },
    { ...common, study: 'probe', probe: 'shuffle:grid=2,permutations=2' },
    { ...common, study: 'attack', attack: 'pgd:steps=2', masks: ['all'], targetClass: null },
  ] as const) {
    let failed = 0;
    const store = spec.study === 'attack' ? await privateStore('runs', 'attack') : memoryStore();
    const { study } = await runStudy(parseStudySpec(spec), { environment, store, onFailure: () => (failed += 1) });
    studies[spec.study] = [study.size, failed];
  }
  const model = await Promise.all(parts.map(async (path) => ({ path, bytes: await files.read(`${net}/${path}`) })));
  const { id, files: listed } = await new KeptModels(await privateStore('models')).keep('net', model);
  const again = new KeptModels(await privateStore('models'));
  files.add(await again.open(id, 'again'));
  const { maps: ofKept } = await explained('gradcam', undefined, 'again');
  await again.forget(id);
  return {
    isIsolated: crossOriginIsolated,
    ...{ runsOn: executionProvider, heat: [...heat.data], size: [heat.height, heat.width], layer: heat.layer },
    top: record.top.map(({ label, probability }) => ({ label, probability })),
    ...{ stopped, refused, studies },
    kept: {
      paths: listed.map(({ path }) => path),
      isSame: ofKept[0]!.heat.data.every((value, at) => value === heat.data[at]),
      left: (await again.list()).length,
      run: (await (await privateStore('runs', 'attack')).list('')).includes('summary.json'),
    },
  };
}

void results()
  .catch((error: unknown) => ({ error: `${error} ${JSON.stringify(error)}` }))
  .then((found) => fetch('/results', { method: 'POST', body: JSON.stringify(found) }));
