import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { TfjsBackend, type TfjsModel } from '@understory/backend-tfjs';
import { float32, type ModelSource } from '@understory/core';
import {
  attribute,
  graphClassifier,
  graphModelFile,
  layersClassifier,
  layersModelFile,
  type BytesSource,
} from './models.ts';

const { bool, type } = attribute;
const floats = { T: type('DT_FLOAT') };
const open = (source: ModelSource, devices: readonly string[] = ['cpu']) => new TfjsBackend().open(source, { devices });
const filled = (dims: readonly number[]) => {
  const count = dims.reduce((product, size) => product * size, 1);
  return float32(
    Float32Array.from({ length: count }, (_, at) => Math.sin(at)),
    dims,
  );
};

/** Just what of a model.json tests change. */
interface Json {
  modelTopology: { node: unknown[] };
  signature?: unknown;
  weightsManifest: { paths: string[]; weights: { name: string; dtype: string; shape: number[] }[] }[];
}

function changed(file: BytesSource, change: (json: Json) => void): BytesSource {
  const json = JSON.parse(new TextDecoder().decode(file.bytes)) as Json;
  change(json);
  return { ...file, bytes: new TextEncoder().encode(JSON.stringify(json)) };
}

it('starts an engine while models on another go on computing', async () => {
  const model = await open(graphClassifier());
  const x = filled([1, 8, 8, 3]);
  let done = false;
  const working = (async () => {
    for (let runs = 0; ; runs += 1) {
      if (done) return runs;
      await model.run({ x }, ['probabilities']);
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
  const other = await open(graphClassifier(), ['wasm']);
  done = true;
  expect(await working).toBeGreaterThan(0);
  expect(other.origin.executionProvider).toBe('wasm');
  for (const each of [model, other]) await each.close();
});

describe('a file that is refused leaves no tensor behind', () => {
  const broken: Readonly<Record<string, readonly [() => BytesSource | Promise<BytesSource>, string]>> = {
    'layers, a weight of another shape': [
      async () =>
        changed(await layersClassifier(), (json) =>
          json.weightsManifest[0]!.weights.find(({ shape }) => shape.length === 2)!.shape.reverse(),
        ),
      'MODEL_NOT_RUNNABLE',
    ],
    'layers, no weights': [
      async () => changed(await layersClassifier(), (json) => void (json.weightsManifest = [])),
      'MODEL_NOT_RUNNABLE',
    ],
    'layers, one that is computed wrongly': [
      () =>
        layersModelFile((l) => {
          const image = l.inputLayer({ inputShape: [8, 8, 3] });
          const dilated = l.depthwiseConv2d({ kernelSize: 3, dilationRate: 2 });
          const input = image.output as never;
          return { inputs: input, outputs: dilated.apply(input) as never };
        }),
      'OPERATOR_UNSUPPORTED',
    ],
    'graph, a weight of a type that nobody knows': [
      () => changed(graphClassifier(), (json) => void (json.weightsManifest[0]!.weights.at(-1)!.dtype = 'int64')),
      'TFJS_MODEL_INVALID',
    ],
    'graph, an operator that nobody knows': [
      () =>
        changed(graphClassifier(), (json) => json.modelTopology.node.push({ name: 'z', op: 'Mine', input: ['gap'] })),
      'OPERATOR_UNSUPPORTED',
    ],
    'graph, a signature with an output that is not there': [
      () => changed(graphClassifier(), (json) => void (json.signature = { outputs: { a: { name: 'nowhere:0' } } })),
      'TFJS_FORMAT_UNKNOWN',
    ],
    'graph, a node that is none': [
      () => changed(graphClassifier(), (json) => json.modelTopology.node.push(null)),
      'TFJS_MODEL_INVALID',
    ],
  };

  it.each(Object.keys(broken))('%s', async (name) => {
    const [file, codes] = broken[name]!;
    const source = await file();
    const before = tf.memory().numTensors;
    const failure: unknown = await open(source).catch((error: unknown) => error);
    expect(codes.split('|')).toContain((failure as { readonly code?: string }).code);
    expect(tf.memory().numTensors).toBe(before);
  });
});

it('passes over what trained a network and is kept with it', async () => {
  const file = await layersClassifier();
  const trained = changed(file, (json) => {
    const [group] = json.weightsManifest;
    const step = { name: 'iter', dtype: 'int32', shape: [1], group: 'optimizer' };
    json.weightsManifest.push({ ...group!, paths: ['optimizer.bin'], weights: [step] });
  });
  const externalData = { ...trained.externalData, 'optimizer.bin': new Uint8Array(4) };
  const models = [await open(file), await open({ ...trained, externalData })];
  const image = filled([1, 8, 8, 3]);
  const [own, other] = await Promise.all(models.map((model) => model.run({ image }, ['scores'])));
  expect(other).toEqual(own);
  for (const model of models) await model.close();
});

describe('graph models', () => {
  it('need nobody to feed an input that has a default, or that no output depends on', async () => {
    const nodes = [
      { name: 'training', op: 'PlaceholderWithDefault', input: ['two'], attr: { dtype: type('DT_FLOAT') } },
      { name: 'unused', op: 'Placeholder', attr: { dtype: type('DT_FLOAT') } },
      { name: 'y', op: 'Mul', input: ['x', 'training'], attr: floats },
    ];
    const file = graphModelFile({ input: [-1, 2], constants: { two: { shape: [], values: [2] } }, nodes });
    const model = await open(changed(file, (json) => void (json.signature = { outputs: { y: { name: 'y:0' } } })));
    expect(model.inputs.map(({ name }) => name)).toEqual(['x']);
    const { y } = await model.run({ x: float32(Float32Array.of(1, 3), [1, 2]) }, ['y']);
    expect([...(y!.data as Float32Array)]).toEqual([2, 6]);
    await model.close();
  });

  it('keep a node whose name another continues', async () => {
    const nodes = [
      { name: 'a', op: 'Relu', input: ['x'], attr: floats },
      { name: 'a/output_conv', op: 'Tanh', input: ['a'], attr: floats },
    ];
    const model = await open(graphModelFile({ input: [-1, 4], nodes }));
    expect(model.layers.map(({ name }) => name)).toEqual(['a', 'a/output_conv']);
    await model.close();
  });

  it('tell a batch from a first axis of length one', async () => {
    const nodes = [
      { name: 'row', op: 'ExpandDims', input: ['x', 'first'], attr: floats },
      { name: 'y', op: 'Mean', input: ['row', 'first'], attr: { ...floats, keep_dims: bool(false) } },
    ];
    const constants = { first: { shape: [], values: [0], dtype: 'int32' as const } };
    const model = await open(graphModelFile({ input: [-1, 4], constants, nodes }));
    expect(model.layers.map(({ dims }) => dims?.[0])).toEqual([1, 'N']);
    await model.close();
  });
});

describe('a batch that is written into the file', () => {
  const placesOf = (batch: number) =>
    graphModelFile({
      input: [batch, 3, 4],
      constants: {
        flat: { shape: [2], values: [3 * batch, 4], dtype: 'int32' },
        apart: { shape: [2], values: [-1, 12], dtype: 'int32' },
        w: { shape: [4, 4], values: Array.from({ length: 16 }, (_, at) => Math.cos(at)) },
      },
      nodes: [
        { name: 'places', op: 'Reshape', input: ['x', 'flat'], attr: floats },
        {
          name: 'h',
          op: 'MatMul',
          input: ['places', 'w'],
          attr: { ...floats, transpose_a: bool(false), transpose_b: bool(false) },
        },
        { name: 'y', op: 'Reshape', input: ['h', 'apart'], attr: floats },
      ],
    });

  it('is fed in parts, and layers that hold several places of a sample are whole', async () => {
    const results = async (model: TfjsModel) => {
      const x = filled([4, 3, 4]);
      const { h } = await model.run({ x }, ['h']);
      const { gradients } = await model.differentiate({
        feeds: { x },
        objective: { kind: 'score', output: 'y', index: [[0], [4], [8], [11]] },
        withRespectTo: ['h'],
      });
      await model.close();
      return { h, gradient: gradients['h'] };
    };
    expect(await results(await open(placesOf(1)))).toEqual(await results(await open(placesOf(4))));
  });
});
