import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { OnnxBackend } from '@understory/backend-onnx';
import { TfjsBackend } from '@understory/backend-tfjs';
import {
  createHost,
  EXPLAINER,
  float32,
  METRIC,
  takeTensor,
  toFloat32,
  type DifferentiableModel,
  type ModelSource,
  type Objective,
  type Options,
  type Tensor,
} from '@understory/core';
import baselines from '@understory/explain-baseline';
import cam from '@understory/explain-cam';
import gradcam from '@understory/explain-gradcam';
import gradients from '@understory/explain-gradients';
import perturbation from '@understory/explain-perturbation';
import faithfulness from '@understory/metric-faithfulness';
import { parseModel } from '@understory/onnx-autodiff';
import { readGolden, type Golden } from '@understory/testing/node';

// Two engines take turns, on a busy machine.
jest.setTimeout(120_000);

const goldens = fileURLToPath(new URL('../../../fixtures/golden', import.meta.url));

const host = createHost();
const plugins = { baselines, cam, gradcam, gradients, perturbation, faithfulness };
for (const [from, plugin] of Object.entries(plugins)) host.use({ default: plugin }, { from });
host.start();
afterAll(() => host.dispose());

const engines = {
  'ONNX Runtime': (source: ModelSource): Promise<DifferentiableModel> => new OnnxBackend().open(source),
  'TensorFlow.js': (source: ModelSource): Promise<DifferentiableModel> =>
    new TfjsBackend().open(source, { devices: ['wasm'] }),
};
const engineNames = Object.keys(engines) as (keyof typeof engines)[];

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  const wanted = Array.from(expected);
  const largest = Math.max(...wanted.map(Math.abs));
  expect(largest).toBeGreaterThan(0);
  expect(found).toHaveLength(wanted.length);
  expect(Math.max(...wanted.map((value, at) => Math.abs(value - found[at]!))) / largest).toBeLessThan(tolerance);
}

/** Grad-CAM of every sample, one after the other. */
async function gradCamOf(model: DifferentiableModel, input: Tensor, objective: Objective, layer: string) {
  const maps = await host.get(EXPLAINER, 'gradcam').explain({ model, feeds: { input }, objective, layer });
  return maps.flatMap(({ data }) => Array.from(data));
}

interface SimilarityFacts {
  readonly scale: number;
  /** The ONNX tensor of what is compared. */
  readonly output: string;
}

const similarityGolden = async (network: string) =>
  (await readGolden(join(goldens, 'similarity', network))) as Golden & SimilarityFacts;

describe.each(['clip-torchscript', 'clip-dynamo', 'resnet-torchscript'])('%s', (network) => {
  const path = join(goldens, 'networks', network, 'model.onnx');

  it.each(engineNames)('has the value, gradient and Grad-CAM of F.cosine_similarity, by %s', async (engine) => {
    const golden = await similarityGolden(network);
    const { input, scale, output, layers } = golden;
    const model = await engines[engine]({ kind: 'file', path });
    const to = golden.tensor('to') as Tensor<'float32'>;
    const objective: Objective = { kind: 'similarity', output, to, scale };
    const { value, gradients: found } = await model.differentiate({
      feeds: { input },
      objective,
      withRespectTo: ['input'],
    });
    expectClose(value, toFloat32(golden.tensor('value')), 1e-5);
    expectClose(toFloat32(found['input']!), toFloat32(golden.tensor('inputGradient')), 1e-4);
    expectClose(await gradCamOf(model, input, objective, layers[0]!.tensor), toFloat32(golden.tensor('gradcam')), 1e-4);
    await model.close();
  });
});

/** One file with both towers and the cosine inside, which has logits_per_image, against its image tower alone. */
const wholes = [
  {
    network: 'clip-torchscript',
    embedding: '/clip/visual/attention_pool/Gemm_output_0',
    texts: '/clip/text/MatMul_output_0',
    layer: '/clip/visual/stages/stages.1/stages.1.0/relu/Relu_output_0',
  },
  { network: 'clip-dynamo', embedding: 'linear_3', texts: 'matmul', layer: 'relu_8' },
];

describe.each(wholes)('the image tower of $network', ({ network, embedding, texts, layer }) => {
  const path = join(goldens, 'networks', network, 'model.onnx');
  let input: Tensor<'float32'>;
  /** As the text tower has them: of any length. */
  let captions: Tensor<'float32'>;
  let scale: number;
  let tower: ModelSource;
  beforeAll(async () => {
    ({ input } = await readGolden(join(goldens, 'networks', network)));
    const graph = parseModel(await readFile(path));
    tower = {
      kind: 'bytes',
      bytes: graph.with({ outputs: [{ name: embedding, type: 'float32', shape: ['N', 12] }] }).encode(),
    };
    const learned = graph.constant('clip.logit_scale');
    scale = learned ? Math.exp(learned.values[0]!) : graph.constant('exp')!.values[0]!;
    const model = await new OnnxBackend().open({ kind: 'file', path });
    captions = (await model.run({ input }, [texts]))[texts] as Tensor<'float32'>;
    await model.close();
  });

  /** The pair that is compared: the maps of the whole file, and those of its image tower. */
  async function both(engine: keyof typeof engines, whole: Objective, alone: Objective) {
    const opened = [await engines[engine]({ kind: 'file', path }), await engines[engine](tower)] as const;
    const values = [];
    for (const [at, objective] of [whole, alone].entries()) {
      const model = opened[at]!;
      const { value } = await model.differentiate({ feeds: { input }, objective, withRespectTo: [layer] });
      values.push({ value, map: await gradCamOf(model, input, objective, layer) });
      await model.close();
    }
    return values as [(typeof values)[0], (typeof values)[0]];
  }

  const scoreOf = (caption: number): Objective => ({
    kind: 'score',
    output: 'logits',
    index: Array.from({ length: input.dims[0]! }, (_, sample) => [caption + sample]),
  });
  const similarityTo = (caption: number): Objective => {
    const samples = Array.from({ length: input.dims[0]! }, (_, sample) => caption + sample);
    return { kind: 'similarity', output: embedding, to: takeTensor(captions, samples), scale };
  };
  const contrast = (left: Objective, right: Objective): Objective => ({
    kind: 'sum',
    terms: [
      { weight: 1, of: left },
      { weight: -1, of: right },
    ],
  });

  it.each(engineNames)('has the maps of the whole file to 1e-5, by %s', async (engine) => {
    for (const [whole, alone] of [
      [scoreOf(2), similarityTo(2)],
      [scoreOf(7), similarityTo(7)],
      [contrast(scoreOf(2), scoreOf(7)), contrast(similarityTo(2), similarityTo(7))],
    ] as const) {
      const [expected, found] = await both(engine, whole, alone);
      expectClose(found.value, expected.value, 1e-5);
      expectClose(found.map, expected.map, 1e-5);
    }
  });

  it('has other maps by the plain product, which is why the norm is in the graph', async () => {
    const model = await engines['ONNX Runtime'](tower);
    const { to } = similarityTo(2) as Extract<Objective, { kind: 'similarity' }>;
    const objective: Objective = { kind: 'cotangent', cotangents: { [embedding]: to } };
    const plain = await gradCamOf(model, input, objective, layer);
    const cosine = await gradCamOf(model, input, similarityTo(2), layer);
    await model.close();
    const share = (map: readonly number[]) => map.map((value) => value / Math.max(...map));
    const differences = share(plain).map((value, at) => Math.abs(value - share(cosine)[at]!));
    expect(Math.max(...differences)).toBeGreaterThan(0.01);
  });
});

/** Settings that leave out repetitions. */
const settings: Readonly<Record<string, Options>> = {
  'integrated-gradients': { steps: 6 },
  rise: { masks: 24 },
  occlusion: { window: 8, stride: 8 },
  smoothgrad: { samples: 4 },
  lime: { samples: 60 },
  kernelshap: { samples: 60 },
};

describe('explainers and metrics of a similarity', () => {
  const network = 'clip-torchscript';
  let model: DifferentiableModel;
  let input: Tensor<'float32'>;
  let objective: Objective;
  beforeAll(async () => {
    model = await engines['ONNX Runtime']({ kind: 'file', path: join(goldens, 'networks', network, 'model.onnx') });
    const golden = await similarityGolden(network);
    ({ input } = golden);
    objective = {
      kind: 'similarity',
      output: golden.output,
      to: golden.tensor('to') as Tensor<'float32'>,
      scale: 10,
    };
  });
  afterAll(() => model.close());

  const refusals = ['cam', 'lrp', 'deeplift', 'shapleycam'];
  const others = host.list('explainer').flatMap(({ id }) => (refusals.includes(id) ? [] : [id]));

  it.each(others)('%s gives each sample the map that it has alone', async (id) => {
    const explainer = host.get(EXPLAINER, id, settings[id]);
    const explain = (feeds: { input: Tensor }, of: Objective) =>
      explainer.explain({ model, feeds, objective: of, seed: 1 });
    const maps = await explain({ input }, objective);
    expect(maps).toHaveLength(2);
    const { to } = objective as Extract<Objective, { kind: 'similarity' }>;
    const [alone] = await explain({ input: takeTensor(input, [0]) }, {
      ...objective,
      to: takeTensor(to, [0]),
    } as Objective);
    expectClose(maps[0]!.data, alone!.data, 1e-4);
  });

  it('integrated gradients add up to what the similarity changes by from the baseline', async () => {
    const maps = await host
      .get(EXPLAINER, 'integrated-gradients', { steps: 128 })
      .explain({ model, feeds: { input }, objective, seed: 1 });
    const valueOf = async (pixels: Tensor) =>
      (await model.differentiate({ feeds: { input: pixels }, objective, withRespectTo: ['input'] })).value;
    const image = await valueOf(input);
    const baseline = await valueOf(float32(new Float32Array(input.data.length), input.dims));
    maps.forEach(({ data }, sample) => {
      const total = data.reduce((sum, value) => sum + value, 0);
      expect(Math.abs(total - (image[sample]! - baseline[sample]!))).toBeLessThan(0.05);
    });
  });

  it('deletion is drawn of the similarity', async () => {
    const maps = await host.get(EXPLAINER, 'gradcam').explain({ model, feeds: { input }, objective });
    const results = await host
      .get(METRIC, 'deletion', { steps: 4, score: 'logit' })
      .evaluate({ model, feeds: { input }, objective, maps, seed: 1 });
    const { value } = await model.differentiate({ feeds: { input }, objective, withRespectTo: ['input'] });
    results.forEach(({ curve }, sample) => expect(curve!.y[0]).toBeCloseTo(value[sample]!, 4));
  });

  it('CAM, which explains weighted sums, refuses it', async () => {
    const explained = host.get(EXPLAINER, 'cam').explain({ model, feeds: { input }, objective });
    await expect(explained).rejects.toMatchObject({
      code: 'CAM_NOT_APPLICABLE',
      found: expect.stringContaining('similarity'),
    });
  });

  it('layer-wise relevance propagation refuses attention by name', async () => {
    const explained = host.get(EXPLAINER, 'lrp').explain({ model, feeds: { input }, objective });
    await expect(explained).rejects.toMatchObject({
      code: 'RELEVANCE_UNSUPPORTED_OPERATOR',
      found: expect.stringContaining('MatMul'),
    });
  });

  it('DeepLIFT refuses what is no sum of scores', async () => {
    const explained = host.get(EXPLAINER, 'deeplift').explain({ model, feeds: { input }, objective });
    await expect(explained).rejects.toMatchObject({ code: 'DEEPLIFT_OBJECTIVE' });
  });
});
