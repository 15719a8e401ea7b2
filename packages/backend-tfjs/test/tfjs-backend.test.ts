import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TfjsBackend } from '@understory/backend-tfjs';
import {
  elementCount,
  expression as e,
  float32,
  toFloat32,
  type Derivative,
  type Objective,
  type Tensor,
} from '@understory/core';
import { engines, native } from './engines.ts';
import { attribute, graphClassifier, graphModelFile, layersClassifier, type BytesSource } from './models.ts';

const backend = new TfjsBackend();
const dims = [2, 8, 8, 3];
const images = float32(
  Float32Array.from({ length: elementCount(dims) }, (_, at) => Math.sin(at)),
  dims,
);
const objective: Objective = { kind: 'score', output: 'head/BiasAdd', index: [[1], [2]] };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'understory-tfjs-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Writes a model below the folder of this test and says where its model.json is. */
async function write(name: string, file: BytesSource, leaveOut: readonly string[] = []): Promise<string> {
  const place = join(folder, name);
  await mkdir(place, { recursive: true });
  await writeFile(join(place, 'model.json'), file.bytes);
  for (const [shard, bytes] of Object.entries(file.externalData ?? {})) {
    if (!leaveOut.includes(shard)) await writeFile(join(place, shard), bytes);
  }
  return join(place, 'model.json');
}

function changed(file: BytesSource, change: (json: Record<string, unknown>) => Record<string, unknown>): BytesSource {
  const json = JSON.parse(new TextDecoder().decode(file.bytes)) as Record<string, unknown>;
  return { ...file, bytes: new TextEncoder().encode(JSON.stringify(change(json))) };
}

const open = (source: BytesSource, devices: readonly string[] = ['wasm']) => backend.open(source, { devices });
const fromFile = (path: string) => backend.open({ kind: 'file', path }, { devices: ['wasm'] });

describe('what is opened', () => {
  it('may be given as a path, and may begin with a byte order mark', async () => {
    const plain = graphClassifier();
    const marked = { ...plain, bytes: Uint8Array.of(0xef, 0xbb, 0xbf, ...plain.bytes) };
    const [first, second] = [await write('plain', plain), await write('marked', marked)];
    const outputs = [];
    for (const path of [first, second]) {
      const model = await backend.open(path, { devices: ['wasm'] });
      const name = model.inputs[0]!.name;
      const output = model.outputs[0]!.name;
      outputs.push(Array.from(toFloat32((await model.run({ [name]: images }, [output]))[output]!)));
      await model.close();
    }
    expect(outputs[0]!.some((value) => value !== 0)).toBe(true);
    expect(outputs[1]).toEqual(outputs[0]);
  });

  it('is told by what is in the file', async () => {
    const path = await write('whole', graphClassifier());
    const accepts = (spec: string) => backend.accepts({ kind: 'file', path: spec });
    expect([path, join(folder, 'whole'), pathToFileURL(path).href].map(accepts)).toEqual([true, true, true]);
    await writeFile(join(folder, 'package.json'), '{ "name": "x" }');
    expect([join(folder, 'package.json'), join(folder, 'absent.json'), folder].map(accepts)).toEqual([
      false,
      false,
      false,
    ]);
    expect(backend.accepts(graphClassifier())).toBe(true);
    expect(backend.accepts({ kind: 'bytes', bytes: Uint8Array.of(1, 2) })).toBe(false);
  });

  it('is the same from a file, its folder, its URL and its bytes, with one hash over all of them', async () => {
    const file = graphClassifier();
    const path = await write('same', file);
    const models = await Promise.all([
      ...[path, join(folder, 'same'), pathToFileURL(path).href].map(fromFile),
      open(file),
    ]);
    expect(new Set(models.map(({ origin }) => origin.sha256)).size).toBe(1);
    const results = await Promise.all(models.map((model) => model.run({ x: images }, ['probabilities'])));
    for (const result of results) expect(result).toEqual(results[0]);
    const other = { ...file, externalData: { ...file.externalData, 'group1-shard1of2.bin': new Uint8Array(0) } };
    await expect(open(other)).rejects.toMatchObject({ code: 'TFJS_SHARD_SIZE' });
    for (const model of models) await model.close();
  });

  it('is refused with what is wrong', async () => {
    const file = graphClassifier();
    const shard = 'group1-shard2of2.bin';
    const missing = await write('missing', file, [shard]);
    await expect(fromFile(missing)).rejects.toMatchObject({
      code: 'TFJS_SHARD_MISSING',
      expected: expect.stringContaining(shard),
    });
    const bytes = file.externalData![shard]!;
    const short = { ...file, externalData: { ...file.externalData, [shard]: bytes.slice(0, -3) } };
    const whole = Object.values(file.externalData!).reduce((sum, one) => sum + one.length, 0);
    await expect(open(short)).rejects.toMatchObject({
      code: 'TFJS_SHARD_SIZE',
      found: expect.stringContaining(`${whole - 3} bytes`),
      expected: expect.stringContaining(`${whole} bytes`),
    });
    const broken = await write('broken', { ...file, bytes: file.bytes.slice(0, 40) });
    await expect(fromFile(broken)).rejects.toMatchObject({ code: 'TFJS_NOT_JSON' });
    await expect(fromFile(join(folder, 'nowhere', 'model.json'))).rejects.toMatchObject({ code: 'MODEL_NOT_READABLE' });
    const format = (name: unknown) => open(changed(file, (json) => ({ ...json, format: name })));
    await expect(format('saved-model')).rejects.toMatchObject({
      code: 'TFJS_FORMAT_UNKNOWN',
      found: expect.stringContaining('saved-model'),
    });
    await expect(format('layers-model')).rejects.toMatchObject({ code: 'TFJS_FORMAT_UNKNOWN' });
    const outside = changed(file, (json) => ({
      ...json,
      weightsManifest: [{ paths: ['../secret.bin'], weights: [] }],
    }));
    await expect(open(outside)).rejects.toMatchObject({ code: 'MODEL_NOT_READABLE' });
  });

  it('is refused with the name of a layer or operator that nobody knows', async () => {
    const text = new TextDecoder().decode((await layersClassifier()).bytes);
    const layers = {
      ...(await layersClassifier()),
      bytes: new TextEncoder().encode(text.replace('"BatchNormalization"', '"MyOwnLayer"')),
    };
    await expect(open(layers)).rejects.toMatchObject({
      code: 'OPERATOR_UNSUPPORTED',
      message: expect.stringContaining('MyOwnLayer'),
    });
    const node = (op: string) => open(graphModelFile({ input: [-1, 3], nodes: [{ name: 'y', op, input: ['x'] }] }));
    const loop = graphModelFile({
      input: [-1, 3],
      nodes: [
        { name: 'start', op: 'Enter', input: ['x'], attr: { frame_name: attribute.text('loop') } },
        { name: 'merge', op: 'Merge', input: ['start', 'next'] },
        { name: 'next', op: 'NextIteration', input: ['y'] },
        { name: 'y', op: 'Relu', input: ['merge'] },
        { name: 'z', op: 'Exit', input: ['y'] },
      ],
    });
    await expect(open(loop)).rejects.toMatchObject({
      code: 'OPERATOR_UNSUPPORTED',
      found: expect.stringContaining('control flow'),
    });
    for (const op of ['MyOwnOperator', 'StatelessWhile', 'Where']) {
      await expect(node(op)).rejects.toMatchObject({
        code: 'OPERATOR_UNSUPPORTED',
        message: expect.stringContaining(op),
      });
    }
  });
});

describe('engines', () => {
  // Whatever is installed, the second native engine of a process is not available.
  const other = native === 'tfjs-node' ? 'tfjs-node-gpu' : 'tfjs-node';

  it('are tried in order, and those that fail are told', async () => {
    if (engines.includes(native)) await (await open(graphClassifier(), [native])).close();
    const model = await open(graphClassifier(), [other, 'cpu', 'wasm']);
    expect(model.origin).toMatchObject({ executionProvider: 'cpu', remarks: [expect.stringContaining(other)] });
    await model.close();
    await expect(open(graphClassifier(), ['cuda'])).rejects.toMatchObject({
      code: 'DEVICE_UNKNOWN',
      expected: expect.stringContaining('wasm'),
    });
  });

  it('stay apart in one process, and leave engine and gradients as they were', async () => {
    const models = await Promise.all(engines.map((engine) => open(graphClassifier(), [engine])));
    await tf.setBackend('cpu');
    const before = [tf.Max, tf.Conv2D, tf.TopK].map((kernel) => tf.getGradient(kernel));
    const kernels = engines.map((engine) =>
      tf.getKernel(tf.MaxPoolGrad, engine.startsWith('tfjs') ? 'tensorflow' : engine),
    );
    const derive = (at: number) => models[at]!.differentiate({ feeds: { x: images }, objective, withRespectTo: ['x'] });
    const alone = await Promise.all(models.map((_, at) => derive(at)));
    const mixed = await Promise.all([0, 1, 0, 1].map(derive));
    mixed.forEach((result, at) => expect(result).toEqual(alone[at % 2]));
    const [first, ...others] = alone.map(({ gradients }) => gradients['x']!.data as Float32Array);
    for (const other of others) other.forEach((value, at) => expect(Math.abs(value - first![at]!)).toBeLessThan(1e-5));
    expect(tf.getBackend()).toBe('cpu');
    expect([tf.Max, tf.Conv2D, tf.TopK].map((kernel) => tf.getGradient(kernel))).toEqual(before);
    expect(
      engines.map((engine) => tf.getKernel(tf.MaxPoolGrad, engine.startsWith('tfjs') ? 'tensorflow' : engine)),
    ).toEqual(kernels);
    for (const model of models) await model.close();
  });
});

describe('memory', () => {
  it.each([
    ['a graph model', async () => graphClassifier(), 'x', 'body/pool', 'head/BiasAdd'],
    ['a layers model', layersClassifier, 'image', 'pool', 'scores/BiasAdd'],
  ] as const)('does not grow over 1,000 calls on %s', async (_, file, input, layer, output) => {
    const source = await file();
    const empty = tf.memory().numTensors;
    const model = await open(source);
    const one = { [input]: float32(images.data.slice(0, images.data.length / 2), [1, ...dims.slice(1)]) };
    const target: Objective = { kind: 'crossEntropy', output, target: [1] };
    const program = await model.compile({
      inputs: model.inputs,
      feeds: { [input]: e.input(input) },
      objective: e.sum(e.tensor(output), [1]),
      outputs: { gradient: e.gradient(input), layer: e.tensor(layer) },
    });
    const call = async () => {
      await model.run(one, [layer]);
      await model.differentiate({ feeds: one, objective: target, withRespectTo: [input, layer], fetch: [output] });
      await program.run(one);
    };
    await call();
    const before = tf.memory().numTensors;
    for (let round = 0; round < 334; round += 1) await call();
    expect(tf.memory().numTensors).toBe(before);
    // A call that fails leaves nothing behind either.
    await expect(model.run({ [input]: { ...one[input]!, dims: [1, 3] } as Tensor }, [layer])).rejects.toMatchObject({
      code: 'FEEDS_INVALID',
    });
    await program.close();
    await model.close();
    await model.close();
    expect(tf.memory().numTensors).toBe(empty);
  });
});

describe('a model', () => {
  it('shows logits in front of a fused softmax, and feature maps channels first', async () => {
    const model = await open(await layersClassifier());
    expect(model.layers.find(({ name }) => name === 'stem')).toMatchObject({
      dims: ['N', 6, 8, 8],
      operator: 'Relu',
    });
    expect(model.layers.find(({ name }) => name === 'inner/mix')).toMatchObject({ modules: ['inner'] });
    const [head] = model.graph.nodes.slice(-1);
    expect(head).toMatchObject({ operator: 'Softmax', inputs: ['scores/BiasAdd'] });
    // Tensors that only the graph has are told of too.
    for (const name of model.graph.nodes.flatMap(({ outputs }) => outputs)) {
      expect(model.differentiability('scores', name)).toEqual({ differentiable: true });
    }
    const kernel = model.graph.nodes.find(({ outputs }) => outputs.includes('stem/BiasAdd'))!.inputs[1]!;
    expect(model.graph.constant(kernel)!.dims).toEqual([6, 3, 3, 3]);
    await model.close();
  });

  it('computes what its graph says in ONNX vocabulary: a convolution, by hand', async () => {
    const model = await open(graphClassifier());
    const { 'body/stem/Relu6': stem } = await model.run({ x: images }, ['body/stem/Relu6']);
    const conv = model.graph.nodes.find(({ operator }) => operator === 'Conv')!;
    const kernel = model.graph.constant(conv.inputs[1]!)!;
    const bias = model.graph.constant(conv.inputs[2]!)!;
    const at = (y: number, x: number, c: number) =>
      y < 0 || x < 0 || y > 7 || x > 7 ? 0 : images.data[(y * 8 + x) * 3 + c]!;
    for (const [out, y, x] of [
      [0, 0, 0],
      [3, 5, 7],
      [5, 6, 2],
    ] as const) {
      let sum = Number(bias.data[out]);
      for (let c = 0; c < 3; c += 1)
        for (let i = 0; i < 3; i += 1)
          for (let j = 0; j < 3; j += 1)
            sum += at(y + i - 1, x + j - 1, c) * Number(kernel.data[((out * 3 + c) * 3 + i) * 3 + j]);
      expect(Number(stem!.data[(out * 8 + y) * 8 + x])).toBeCloseTo(Math.min(6, Math.max(0, sum)), 4);
    }
    await model.close();
  });

  it('gets other weights in the layers that are re-initialised, the same for the same seed', async () => {
    const model = await open(graphClassifier());
    expect(model.weightedLayers).toEqual(['body/stem/Relu6', 'body/depth/Relu', 'body/project', 'head/BiasAdd']);
    const draw = (seed: number) => model.randomised({ layers: ['head/BiasAdd'], seed });
    const drawn = [await draw(1), await draw(1), await draw(2)];
    const results = await Promise.all([model, ...drawn].map((one) => one.run({ x: images }, ['gap', 'head/BiasAdd'])));
    const [own, first, again, other] = results.map((result) => result['head/BiasAdd']!.data);
    expect(first).toEqual(again);
    expect([own, other]).not.toContainEqual(first);
    for (const result of results) expect(result['gap']).toEqual(results[0]!['gap']);
    expect(drawn[0]!.origin.sha256).not.toBe(model.origin.sha256);
    await expect(model.randomised({ layers: ['body/pool'], seed: 1 })).rejects.toMatchObject({
      code: 'LAYER_WITHOUT_WEIGHTS',
    });
    for (const one of [model, ...drawn]) await one.close();
  });

  it('cuts off at ReLUs what comes back below zero, where the rules are guided', async () => {
    const model = await open(
      graphModelFile({
        input: [-1, 4],
        constants: { w: { shape: [4], values: [1, -2, 3, -4] } },
        nodes: [
          { name: 'r', op: 'Relu', input: ['x'], attr: { T: attribute.type('DT_FLOAT') } },
          { name: 'y', op: 'Mul', input: ['r', 'w'], attr: { T: attribute.type('DT_FLOAT') } },
        ],
      }),
    );
    const request = {
      feeds: { x: float32(Float32Array.of(1, 1, -1, -1), [1, 4]) },
      objective: { kind: 'cotangent', cotangents: { y: float32(new Float32Array(4).fill(1), [1, 4]) } },
      withRespectTo: ['x'],
    } as const;
    const numbers = ({ gradients }: Derivative) => Array.from(toFloat32(gradients['x']!), (value) => value + 0);
    expect(numbers(await model.differentiate(request))).toEqual([1, -2, 0, 0]);
    expect(numbers(await model.differentiate({ ...request, rules: 'guided' }))).toEqual([1, 0, 0, 0]);
    await model.close();
  });

  it('refuses by name what has no checked gradient, before it works', async () => {
    const model = await open(
      graphModelFile({
        input: [-1, 4],
        constants: { axis: { shape: [], values: [1], dtype: 'int32' } },
        nodes: [
          { name: 'product', op: 'Prod', input: ['x', 'axis'], attr: { keep_dims: attribute.bool(true) } },
          { name: 'steps', op: 'Floor', input: ['x'] },
          { name: 'y', op: 'AddV2', input: ['product', 'steps'] },
        ],
      }),
      ['cpu'],
    );
    expect(model.differentiability('y', 'x')).toMatchObject({
      differentiable: false,
      reason: 'operator',
      message: expect.stringContaining('Prod "product"'),
    });
    expect(model.differentiability('steps', 'x')).toMatchObject({ differentiable: false, reason: 'noPath' });
    expect(model.differentiability('y', 'product')).toEqual({ differentiable: true });
    const cotangents = { y: float32(new Float32Array(4), [1, 4]) };
    const request = {
      feeds: { x: float32(new Float32Array(4), [1, 4]) },
      objective: { kind: 'cotangent', cotangents },
      withRespectTo: ['x'],
    } as const;
    await expect(model.differentiate(request)).rejects.toMatchObject({
      code: 'NOT_DIFFERENTIABLE',
      found: expect.stringContaining('Prod'),
    });
    await model.close();
  });

  it('with a fixed batch is fed as many samples at a time', async () => {
    const nodes = [{ name: 'y', op: 'Square', input: ['x'] }];
    const model = await open(graphModelFile({ input: [2, 3], nodes }));
    const feeds = { x: float32(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9), [3, 3]) };
    expect((await model.run(feeds, ['y']))['y']).toEqual(
      float32(Float32Array.of(1, 4, 9, 16, 25, 36, 49, 64, 81), [3, 3]),
    );
    const target: Objective = { kind: 'score', output: 'y', index: [[0], [1], [2]] };
    const { gradients, value } = await model.differentiate({ feeds, objective: target, withRespectTo: ['x'] });
    expect([...value]).toEqual([1, 25, 81]);
    expect([...gradients['x']!.data]).toEqual([2, 0, 0, 0, 10, 0, 0, 0, 18]);
    expect(model.origin.remarks.join()).toContain('batch of 2');
    await model.close();
  });

  it('hands out and takes each result of an operator that has several', async () => {
    const { int, type } = attribute;
    const model = await open(
      graphModelFile({
        input: [-1, 4],
        constants: { axis: { shape: [], values: [1], dtype: 'int32' } },
        nodes: [
          { name: 'halves', op: 'Split', input: ['axis', 'x'], attr: { num_split: int(2), T: type('DT_FLOAT') } },
          { name: 'y', op: 'Sub', input: ['halves:1', 'halves'], attr: { T: type('DT_FLOAT') } },
        ],
      }),
    );
    const names = ['halves/output_0', 'halves/output_1'];
    const feeds = { x: float32(Float32Array.of(1, 2, 3, 5), [1, 4]) };
    const found = await model.run(feeds, [...names, 'y']);
    expect(names.map((name) => [...found[name]!.data])).toEqual([
      [1, 2],
      [3, 5],
    ]);
    const one = float32(Float32Array.of(7, 7), [1, 2]);
    const from = (given: Record<string, Tensor>) => model.runFrom(feeds, given, ['y']);
    expect([...(await from({ [names[0]!]: one }))['y']!.data]).toEqual([-4, -2]);
    expect([...(await from({ [names[0]!]: one, [names[1]!]: one }))['y']!.data]).toEqual([0, 0]);
    await model.close();
  });
});
