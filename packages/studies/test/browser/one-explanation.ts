import { BACKEND, createHost, definePlugin } from '@understory/core';
import { memoryStore } from '@understory/experiments';
import gradcam from '@understory/explain-gradcam';
import type { ImageCodec } from '@understory/imaging';
import subjects from '@understory/subjects';
import { openStudy, parseStudySpec, type Environment } from '@understory/studies';
import { ChainModel, flatten, globalAveragePool, linear, pointwiseConvolution, relu } from '@understory/testing';

/** What an explanation came to, as JSON. */
export interface Explanation {
  readonly top: readonly { readonly label: string | null; readonly probability: number }[];
  readonly layer: string | null;
  /** `[height, width]`. */
  readonly size: readonly number[];
  readonly heat: readonly number[];
  /** The overlay's pixels, which the codec wrote and read again. */
  readonly overlay: readonly number[];
}

const backend = definePlugin({
  name: 'chain',
  version: '1.0.0',
  hostApi: '^1.0.0',
  provides: [{ kind: 'backend', id: 'chain', title: 'Chain', description: 'One network in memory.' }],
  register(registry) {
    registry.bind(BACKEND, 'chain', () => ({ accepts: () => true, open: async () => network() }));
  },
});

/** Three classes, each of which looks at two of four mixtures of colours. */
function network(): ChainModel {
  return new ChainModel({
    input: [3, 24, 24],
    steps: [
      pointwiseConvolution(
        'mixtures',
        [
          [1, -0.5, 0.25],
          [-0.75, 1, 0.5],
          [0.5, 0.25, -1],
          [-0.25, -0.5, 1],
        ],
        [0.1, -0.2, 0.3, 0],
      ),
      relu('bright'),
      globalAveragePool('pooled'),
      flatten('features'),
      linear(
        'logits',
        [
          [1, 0, -0.5, 0],
          [0, 1, 0, -0.25],
          [-0.5, 0, 0, 1],
        ],
        [0, 0.1, -0.1],
      ),
    ],
  });
}

/** The machine of a page: plugins as modules, a model in memory, one picture as the bytes of its file. */
function environment(codec: ImageCodec, picture: Uint8Array): Environment {
  const notHere = async (): Promise<never> => {
    throw new Error('the study does not need this');
  };
  return {
    versions: { runtime: 'a page' },
    async loadPlugins() {
      const host = createHost();
      for (const module of [backend, gradcam, subjects]) host.use(module, { from: 'the page' });
      host.start();
      return { host, backendOf: () => undefined };
    },
    findModel: async (name) => ({
      ...{ name, source: { kind: 'file', path: name }, labels: ['warm', 'green', 'cold'] },
      preprocessing: {
        resize: { kind: 'shorterSide', length: 28, filter: 'bilinear' },
        ...{
          crop: { width: 24, height: 24 },
          rescale: 1 / 255,
          mean: [0.485, 0.456, 0.406],
          std: [0.229, 0.224, 0.225],
        },
        ...{ channels: 3, order: 'RGB', layout: 'NCHW' },
      },
    }),
    findImages: async (paths) => ({
      images: paths.map((path) => ({ path, name: path, picture: () => codec.decode(picture, path) })),
      failures: [],
    }),
    ...{
      readLabels: notHere,
      readTable: notHere,
      readVocabulary: notHere,
      chooseImages: notHere,
      findTargetReference: notHere,
    },
    whenIdle: () => () => undefined,
    codec,
  };
}

/** Explains one picture with Grad-CAM, wherever this runs. */
export async function explainOne(codec: ImageCodec, picture: Uint8Array): Promise<Explanation> {
  const spec = parseStudySpec({
    ...{ version: 1, study: 'explain', model: 'mixtures', images: { from: ['picture.png'] } },
    ...{ explainers: ['gradcam'], npy: true },
  });
  if (spec.study !== 'explain') throw new Error(`the spec is of a study to ${spec.study}`);
  const store = memoryStore();
  const study = await openStudy(spec, environment(codec, picture), { store });
  try {
    for await (const event of study.explain()) {
      if ('error' in event) throw event.error;
      if (event.kind !== 'image') continue;
      const [map] = event.record.maps;
      const [npy, overlay] = [await store.read(map!.files.map!), await store.read(map!.files.overlay!)];
      return {
        top: event.record.top.map(({ label, probability }) => ({ label, probability })),
        ...{ layer: map!.layer, size: map!.size, heat: numbersOf(npy!) },
        overlay: [...(await codec.decode(overlay!, 'overlay.png')).data],
      };
    }
  } finally {
    await study.close();
  }
  throw new Error('no image was explained');
}

function numbersOf(npy: Uint8Array): readonly number[] {
  const view = new DataView(npy.buffer, npy.byteOffset, npy.byteLength);
  const start = 10 + view.getUint16(8, true);
  return Array.from({ length: (npy.length - start) / 4 }, (_, at) => view.getFloat32(start + 4 * at, true));
}
