import { afterAll, describe, expect, it } from '@jest/globals';
import { float32, tensor, type Tensor } from '@understory/core';
import { Node, parseModel } from '@understory/onnx-autodiff';
import * as ort from 'onnxruntime-node';
import { OnnxBackend } from '../src/index.ts';
import { OnnxModel } from '../src/onnx-model.ts';
import { nodeRuntime } from '../src/onnx-runtime.ts';
import { openGraph } from '../src/open-graph.ts';
import { withFallback } from '../src/web/with-fallback.ts';
import { linear, modelFile } from './models.ts';

const opened: OnnxModel[] = [];
async function open(bytes: Uint8Array, options = {}): Promise<OnnxModel> {
  const model = await new OnnxBackend().open({ kind: 'bytes', bytes }, { threads: 1, ...options });
  opened.push(model);
  return model;
}
afterAll(() => Promise.all(opened.map((model) => model.close())));

const x = (...rows: readonly (readonly [number, number])[]) => ({
  x: float32(Float32Array.from(rows.flat()), [rows.length, 2]),
});
const values = (tensor: Tensor | undefined) => Array.from(tensor!.data as Float32Array);

describe('OnnxModel', () => {
  it('tells what it is made of', async () => {
    const model = await open(linear('N'));
    expect(model.inputs).toEqual([{ name: 'x', type: 'float32', dims: ['N', 2] }]);
    expect(model.outputs).toEqual([{ name: 'y', type: 'float32', dims: ['N', 3] }]);
    expect(model.layers.map(({ name, operator, modules }) => ({ name, operator, modules }))).toEqual([
      { name: 'h', operator: 'Relu', modules: ['body'] },
      { name: 'y', operator: 'MatMul', modules: ['head'] },
    ]);
    expect(model.origin).toMatchObject({ backend: 'onnx', executionProvider: 'cpu', remarks: [] });
    expect(model.origin.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(model.graph.nodes.map(({ operator }) => operator)).toEqual(['Relu', 'MatMul']);
    expect(model.graph.opset).toBe(17);
    expect(values(model.graph.constant('w'))).toEqual([1, 2, 3, -4, 5, 6]);
    expect(model.graph.constant('h')).toBeUndefined();
  });

  it('tells what computed it, where a device refuses a graph only when that runs', async () => {
    const bytes = linear('N');
    const real = await nodeRuntime(undefined);
    const released: string[] = [];
    const openOn = async (what: 'gradients' | 'all') => {
      const known = { graph: parseModel(bytes), sha256: '' };
      const model = await openGraph(
        known,
        {
          ...{ devices: ['webgpu'], preferred: ['webgpu'], blockedLayout: () => false },
          async createSession(file, _device, options, log) {
            const open = () => real.createSession(file, 'cpu', options, log);
            const session = await open();
            const isRefused = what === 'all' || session.inputNames.length > 1;
            const run: typeof session.run = (feeds, fetches) =>
              isRefused ? Promise.reject(new Error('no kernel for it\nat shader.wgsl:3')) : session.run(feeds, fetches);
            const release = () => {
              if (isRefused) released.push(what);
              return session.release();
            };
            return withFallback({ inputNames: session.inputNames, run, release }, open, log);
          },
        },
        {},
      );
      opened.push(model);
      return model;
    };
    const refused = 'part of the computation went on in wasm, because webgpu refused it when it ran: no kernel for it';
    const feeds = x([1, -1], [2, 3]);
    const mixed = await openOn('gradients');
    expect(mixed.origin).toMatchObject({ executionProvider: 'webgpu', remarks: [] });
    expect(values((await mixed.run(feeds, ['y']))['y'])).toEqual([1, 2, 3, 2 - 12, 4 + 15, 6 + 18]);
    expect(mixed.origin).toMatchObject({ executionProvider: 'webgpu', remarks: [] });
    const objective = { kind: 'score', output: 'y', index: [[0], [0]] } as const;
    for (let time = 0; time < 2; time += 1) {
      const { gradients } = await mixed.differentiate({ feeds, objective, withRespectTo: ['x'] });
      expect(values(gradients['x'])).toEqual([1, 0, 1, -4]);
    }
    expect(mixed.origin).toMatchObject({ executionProvider: 'webgpu and wasm', remarks: [refused] });
    const other = await openOn('all');
    expect(values((await other.run(feeds, ['h']))['h'])).toEqual([1, 0, 2, 3]);
    expect(other.origin).toMatchObject({ executionProvider: 'wasm', remarks: [refused] });
    // What gave way is closed, once each.
    expect(released).toEqual(['gradients', 'all']);
  });

  it('runs to outputs, layers and inputs', async () => {
    const model = await open(linear('N'));
    const feeds = x([1, -1], [2, 3]);
    const result = await model.run(feeds, ['y', 'h', 'x']);
    expect(values(result['y'])).toEqual([1, 2, 3, 2 - 12, 4 + 15, 6 + 18]);
    expect(values(result['h'])).toEqual([1, 0, 2, 3]);
    expect(result['x']).toBe(feeds.x);
  });

  it.each([
    ['any batch', 'N'],
    ['a batch fixed at 2, the last one filled up', 2],
  ])('runs on from a layer that it is given, with %s', async (_, batch) => {
    const model = await open(linear(batch));
    const feeds = x([9, 9], [9, 9], [9, 9]);
    const h = float32(Float32Array.of(1, 0, -1, 0, 0, 1), [3, 2]);
    const { y, h: given, x: fed } = await model.runFrom(feeds, { h }, ['y', 'h', 'x']);
    expect(values(y)).toEqual([1, 2, 3, -1, -2, -3, -4, 5, 6]);
    expect(given).toBe(h);
    expect(fed).toBe(feeds.x);
    expect(await model.runFrom(feeds, { h }, ['h'])).toEqual({ h });
    const rejected = model.runFrom(feeds, { h: float32(new Float32Array(9), [3, 3]) }, ['y']);
    await expect(rejected).rejects.toMatchObject({ code: 'FEEDS_INVALID', expected: 'float32 [3, 2]' });
  });

  it('runs on from a mask that it is given', async () => {
    const nodes = [Node.of('Greater', ['x', 'zero'], ['isSeen']), Node.of('Where', ['isSeen', 'x', 'zero'], ['y'])];
    const zero = { type: 'float32', dims: [], values: [0] } as const;
    const model = await open(modelFile({ input: ['N', 2], output: ['N', 2], nodes, weights: { zero } }));
    const isSeen = tensor('bool', Uint8Array.of(1, 0, 1, 1), [2, 2]);
    const { y } = await model.runFrom(x([-1, 2], [3, -4]), { isSeen }, ['y']);
    expect(values(y)).toEqual([-1, 0, 3, -4]);
    const rejected = (given: Tensor) => expect(model.runFrom(x([1, 2]), { isSeen: given }, ['y'])).rejects;
    await rejected(isSeen).toMatchObject({ code: 'FEEDS_INVALID', expected: 'bool [1, 2]' });
    await expect(model.runFrom(x([1, 2]), { zero: float32(Float32Array.of(0), []) }, ['y'])).rejects.toThrow('zero');
  });

  it('cuts off what comes back to a ReLU, where it is asked for guided gradients', async () => {
    const model = await open(linear('N'));
    const request = {
      feeds: x([1, -1], [2, 3]),
      objective: { kind: 'score', output: 'y', index: [[0], [0]] },
      withRespectTo: ['x'],
    } as const;
    const guided = await model.differentiate({ ...request, rules: 'guided' });
    const plain = await model.differentiate(request);
    expect(model.gradientRules).toEqual(['guided', 'lrp-epsilon', 'lrp-z-plus', 'lrp-alpha-beta', 'deeplift-rescale']);
    expect(values(plain.gradients['x'])).toEqual([1, 0, 1, -4]);
    expect(values(guided.gradients['x'])).toEqual([1, 0, 1, 0]);
    expect([...guided.value]).toEqual([...plain.value]);
  });

  it.each(['N', 1, 2, 4] as const)('compares each sample with its own reference, with a batch of %s', async (size) => {
    const model = await open(linear(size));
    const [feeds, reference] = [x([1, -1], [2, 3], [5, 1]), x([-1, 2], [0.5, -3], [0, 0])];
    const objective = { kind: 'score', output: 'y', index: [[0], [1], [2]] } as const;
    const request = { feeds, objective, withRespectTo: ['x'], rules: 'deeplift-rescale' } as const;
    const { gradients, value } = await model.differentiate({ ...request, reference });
    const before = await model.differentiate({ ...request, feeds: reference, reference: feeds });
    const multipliers = values(gradients['x']);
    value.forEach((score, sample) => {
      const added = [0, 1].map((at) => {
        const place = 2 * sample + at;
        return multipliers[place]! * (feeds.x.data[place]! - reference.x.data[place]!);
      });
      expect(added[0]! + added[1]!).toBeCloseTo(score - before.value[sample]!, 5);
    });
    expect(values(before.gradients['x'])).toEqual(multipliers);
    await expect(model.differentiate(request)).rejects.toMatchObject({ code: 'FEEDS_INVALID' });
    await expect(model.differentiate({ ...request, reference: x([1, 1]) })).rejects.toMatchObject({
      ...{ code: 'FEEDS_INVALID', found: 'a reference float32 [1, 2]' },
    });
  });

  it.each([
    ['any batch', 'N', 3],
    ['a batch fixed at 1', 1, 3],
    ['a batch fixed at 2, the last one filled up', 2, 3],
    ['a batch fixed at 4, larger than what is fed', 4, 3],
  ])('differentiates a score per sample with %s', async (_, batch, samples) => {
    const model = await open(linear(batch));
    const feeds = x([1, -1], [2, 3], [5, 1]);
    const { value, gradients, fetched } = await model.differentiate({
      feeds,
      objective: { kind: 'score', output: 'y', index: [[0], [1], [2]] },
      withRespectTo: ['x', 'h'],
      fetch: ['y', 'x'],
    });
    expect(Array.from(value)).toEqual([1, 19, 21]);
    expect(values(gradients['h'])).toEqual([1, -4, 2, 5, 3, 6]);
    expect(values(gradients['x'])).toEqual([1, 0, 2, 5, 3, 6]);
    expect(fetched['y']!.dims).toEqual([samples, 3]);
    expect(fetched['x']).toBe(feeds.x);
    expect(values((await model.run(feeds, ['y']))['y'])).toEqual(values(fetched['y']));
  });

  it('says that a fixed batch is fed in parts', async () => {
    const model = await open(linear(1));
    expect(model.origin.remarks).toEqual(['the model was exported with a batch of 1: samples are fed one at a time']);
  });

  it.each([
    [
      'a batch normalisation in training mode',
      [Node.of('BatchNormalization', ['x', 's', 'b', 'm', 'v'], ['n', 'rm', 'rv'], { training_mode: 1 })],
    ],
    [
      'one that was taken apart',
      [
        Node.of('ReduceMean', ['x'], ['mean'], { axes: [0, 2, 3] }),
        Node.of('Sub', ['x', 'mean'], ['d']),
        Node.of('Mul', ['d', 'd'], ['dd']),
        Node.of('ReduceMean', ['dd'], ['variance'], { axes: [0, 2, 3] }),
        Node.of('Add', ['variance', 'e'], ['more']),
        Node.of('Sqrt', ['more'], ['deviation']),
        Node.of('Div', ['d', 'deviation'], ['n']),
      ],
    ],
  ])('says that %s is no inference, and mixes no samples', async (_, nodes) => {
    const float = (dims: number[], list: number[]) => ({ type: 'float32' as const, dims, values: list });
    const weights = {
      ...{ s: float([2], [1, 1]), b: float([2], [0, 0]), m: float([2], [0, 0]), v: float([2], [1, 1]) },
      ...{ e: float([], [1e-5]), w: float([2, 3], [1, 2, 3, -4, 5, 6]) },
    };
    const used = new Set(nodes.flatMap(({ inputs }) => inputs));
    const model = await open(
      modelFile({
        ...{ input: ['N', 2, 1, 2], output: ['N', 3] },
        nodes: [
          ...nodes,
          Node.of('Relu', ['n'], ['r']),
          Node.of('GlobalAveragePool', ['r'], ['p']),
          Node.of('Flatten', ['p'], ['f']),
          Node.of('MatMul', ['f', 'w'], ['y']),
        ],
        weights: Object.fromEntries(Object.entries(weights).filter(([name]) => name === 'w' || used.has(name))),
      }),
    );
    expect(model.origin.remarks).toEqual([expect.stringMatching(/training mode: [12] of its nodes .* one at a time/)]);
    const picture = (samples: number[][]) => ({
      x: { type: 'float32' as const, dims: [samples.length, 2, 1, 2], data: Float32Array.from(samples.flat()) },
    });
    const both = await model.run(
      picture([
        [1, 5, 2, 3],
        [7, -9, 0, 1],
      ]),
      ['y'],
    );
    const alone = await model.run(picture([[7, -9, 0, 1]]), ['y']);
    expect(values(both['y']).slice(3)).toEqual(values(alone['y']));
    // Each of the two channels has one place above its mean, a deviation of it.
    for (const [at, expected] of [-1.5, 3.5, 4.5].entries()) expect(values(both['y'])[at]).toBeCloseTo(expected, 3);
  });

  it.each([
    ['opset 17', 17, { training_mode: 1 }, ['y', 'm2', 'v2']],
    ['opset 12, where outputs tell it', 12, {}, ['y', 'm2', 'v2', 'm3', 'v3']],
  ])(
    'normalises by the statistics of a sample as PyTorch does, the same in every run: %s',
    async (_, opset, more, outputs) => {
      const two = (...list: number[]) => ({ type: 'float32' as const, dims: [2], values: list });
      const model = await open(
        modelFile({
          ...{ input: ['N', 2, 2, 2], output: ['N', 2, 2, 2], opset },
          nodes: [Node.of('BatchNormalization', ['x', 's', 'b', 'm', 'v'], outputs, more)],
          weights: { s: two(1.5, -0.5), b: two(0.25, 1), m: two(4, 5), v: two(6, 7) },
        }),
      );
      const sample = [1, 5, 2, 3, 7, -9, 0, 1];
      const other = [0, 1, 0, 2, 0, 3, 0, 4];
      const feeds = { x: float32(Float32Array.from([...other, ...sample]), [2, 2, 2, 2]) };
      const factors = [1, 2, -1, 0.5, 3, -2, 1, 0.25];
      const cotangents = { y: float32(Float32Array.from([...factors, ...factors]), [2, 2, 2, 2]) };
      const request = { feeds, objective: { kind: 'cotangent', cotangents }, withRespectTo: ['x'] } as const;
      // torch.nn.BatchNorm2d(2).train() of PyTorch 2.13 on the sample alone.
      const expected = [-1.52482, 2.531911, -0.510637, 0.503546, 0.365959, 1.765221, 0.978137, 0.890683];
      const slopes = [1.115597, 0.449142, -1.332927, -0.231813, -0.020108, -0.008904, -0.031604, 0.060616];
      const first = { y: await model.run(feeds, ['y']), x: await model.differentiate(request) };
      for (let again = 0; again < 3; again += 1) {
        const y = values((await model.run(feeds, ['y']))['y']);
        const slope = values((await model.differentiate(request)).gradients['x']);
        expect(y).toEqual(values(first.y['y']));
        expect(slope).toEqual(values(first.x.gradients['x']));
        y.slice(8).forEach((value, at) => expect(value).toBeCloseTo(expected[at]!, 5));
        slope.slice(8).forEach((value, at) => expect(value).toBeCloseTo(slopes[at]!, 5));
      }
      expect(model.origin.remarks).toEqual([expect.stringMatching(/training mode: 1 of its nodes .* one at a time/)]);
    },
  );

  it('says that dropout was exported in training mode, and of a mean over all or over places nothing', async () => {
    const nodes = [
      Node.of('Relu', ['x'], ['h']),
      Node.of('Dropout', ['h', 'ratio', 'training'], ['d']),
      Node.of('MatMul', ['d', 'w'], ['y']),
    ];
    const fileOf = (training: number) =>
      modelFile({
        ...{ input: ['N', 2], output: ['N', 3], nodes },
        weights: {
          ratio: { type: 'float32', dims: [], values: [0] },
          training: { type: 'bool', dims: [], values: [training] },
          w: { type: 'float32', dims: [2, 3], values: [1, 2, 3, -4, 5, 6] },
        },
      });
    expect((await open(fileOf(1))).origin.remarks).toEqual([expect.stringContaining('may drop activations at random')]);
    expect((await open(fileOf(0))).origin.remarks).toEqual([]);
    const places = modelFile({
      ...{ input: ['N', 2, 3, 3], output: ['N', 2] },
      nodes: [Node.of('ReduceMean', ['x'], ['y'], { axes: [2, 3], keepdims: 0 })],
    });
    expect((await open(places)).origin.remarks).toEqual([]);
  });

  it('differentiates cross-entropy', async () => {
    const model = await open(linear('N'));
    const { value, gradients } = await model.differentiate({
      feeds: x([1, 2]),
      objective: { kind: 'crossEntropy', output: 'y', target: [2] },
      withRespectTo: ['h'],
    });
    const logits = [1 - 8, 2 + 10, 3 + 12];
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    const residual = logits.map((logit, index) => Math.exp(logit) / total - (index === 2 ? 1 : 0));
    expect(value[0]).toBeCloseTo(Math.log(total) - 15, 5);
    const [a, b, c] = residual as [number, number, number];
    expect(values(gradients['h'])[0]).toBeCloseTo(a + 2 * b + 3 * c, 5);
    expect(values(gradients['h'])[1]).toBeCloseTo(-4 * a + 5 * b + 6 * c, 5);
  });

  it('differentiates weighted sums of objectives, nested ones too, and products with cotangents', async () => {
    const model = await open(linear(1));
    const score = (index: number) => ({ kind: 'score', output: 'y', index: [[index], [index]] }) as const;
    const contrast = {
      kind: 'sum',
      terms: [
        { weight: 1, of: score(1) },
        { weight: -2, of: score(0) },
      ],
    } as const;
    const feeds = x([1, 2], [3, 4]);
    const nested = await model.differentiate({
      feeds,
      objective: {
        kind: 'sum',
        terms: [
          { weight: 10, of: contrast },
          { weight: 1, of: score(2) },
        ],
      },
      withRespectTo: ['h'],
    });
    expect(values(nested.gradients['h'])).toEqual([3, 136, 3, 136]);
    expect(Array.from(nested.value)).toEqual([275, 553]);
    const cotangent = await model.differentiate({
      feeds,
      objective: { kind: 'cotangent', cotangents: { y: float32(Float32Array.of(1, 1, 1, 0, 0, 2), [2, 3]) } },
      withRespectTo: ['h'],
    });
    expect(values(cotangent.gradients['h'])).toEqual([6, 7, 6, 12]);
    expect(Array.from(cotangent.value)).toEqual([20, 66]);
  });

  it('gives each sample the same whatever batch it comes in, also where a smaller batch fills up a larger one', async () => {
    const model = await open(linear('N'));
    const rows = [
      [1, -1],
      [2, 3],
      [5, 1],
      [-2, 4],
      [3, 3],
      [1, 2],
    ] as const;
    const gradientsOf = async (from: number, to: number) => {
      const index = rows.slice(from, to).map((_, at) => [(from + at) % 3]);
      const { value, gradients } = await model.differentiate({
        feeds: x(...rows.slice(from, to)),
        objective: { kind: 'score', output: 'y', index },
        withRespectTo: ['x'],
      });
      expect(gradients['x']!.dims).toEqual([to - from, 2]);
      return { value: Array.from(value), gradient: values(gradients['x']) };
    };
    const whole = await gradientsOf(0, 6);
    for (const cut of [
      [0, 4, 6],
      [0, 1, 6],
      [0, 3, 5, 6],
      [0, 5, 6],
    ]) {
      const parts = await Promise.all(cut.slice(1).map((to, at) => gradientsOf(cut[at]!, to)));
      expect(parts.flatMap(({ value }) => value)).toEqual(whole.value);
      expect(parts.flatMap(({ gradient }) => gradient)).toEqual(whole.gradient);
    }
  });

  it('uses one session for every class, and releases those that were not used for longest', async () => {
    const model = await open(linear('N'));
    const at = (index: number) =>
      model.differentiate({
        feeds: x([1, 1]),
        objective: { kind: 'score', output: 'y', index: [[index]] },
        withRespectTo: ['h'],
      });
    expect(values((await at(0)).gradients['h'])).toEqual([1, -4]);
    expect(values((await at(2)).gradients['h'])).toEqual([3, 6]);
    const together = await Promise.all([0, 1, 2, 0, 1, 2].map(at));
    expect(together.map(({ value }) => value[0])).toEqual([-3, 7, 9, -3, 7, 9]);
  });

  it('runs as the file says before and after gradients, for which the session of the file gives way', async () => {
    const model = await open(linear('N'));
    const feeds = x([1, -1], [2, 3]);
    const objective = { kind: 'score', output: 'y', index: [[0], [2]] } as const;
    const outputs: number[][] = [];
    for (let round = 0; round < 3; round += 1) {
      outputs.push(values((await model.run(feeds, ['y']))['y']));
      const { gradients } = await model.differentiate({ feeds, objective, withRespectTo: ['x'] });
      expect(values(gradients['x'])).toEqual([1, 0, 3, 6]);
    }
    expect(outputs).toEqual(Array.from({ length: 3 }, () => [1, 2, 3, 2 - 12, 4 + 15, 6 + 18]));
  });

  it('runs float16 models and takes and gives their bits', async () => {
    const model = await open(linear('N', 'float16'));
    const one = 0x3c00;
    const feeds = { x: { type: 'float16', dims: [1, 2], data: Uint16Array.of(one, one) } } as const;
    const { y } = await model.run(feeds, ['y']);
    expect(y).toMatchObject({ type: 'float16', dims: [1, 3] });
    expect(Array.from(y!.data as Uint16Array)).toEqual([0xc200, 0x4700, 0x4880]);
    const score = { kind: 'score', output: 'y', index: [[1]] } as const;
    const inFloat32 = await model.differentiate({ feeds, objective: score, withRespectTo: ['h', 'x'], fetch: ['h'] });
    expect(inFloat32.gradients['h']).toMatchObject({ type: 'float32', data: Float32Array.of(2, 5) });
    expect(inFloat32.gradients['x']).toMatchObject({ type: 'float32', data: Float32Array.of(2, 5) });
    expect(inFloat32.fetched['h']).toMatchObject({ type: 'float32', data: Float32Array.of(1, 1) });
    expect(inFloat32.value).toEqual(Float32Array.of(7));
    const halfModel = await open(linear('N', 'float16'), { gradientPrecision: 'model' });
    const inFloat16 = await halfModel.differentiate({ feeds, objective: score, withRespectTo: ['h'] });
    expect(inFloat16.gradients['h']).toMatchObject({ type: 'float16', data: Uint16Array.of(0x4000, 0x4500) });
    expect(inFloat16.value).toEqual(Float32Array.of(7));
  });

  it('keeps gradients of a float16 model that float16 cannot hold', async () => {
    const model = await open(linear('N', 'float16'));
    const feeds = { x: { type: 'float16', dims: [1, 2], data: Uint16Array.of(0x3c00, 0x3c00) } } as const;
    const tiny = { weight: 1e-12, of: { kind: 'score', output: 'y', index: [[1]] } } as const;
    const { gradients } = await model.differentiate({
      feeds,
      objective: { kind: 'sum', terms: [tiny] },
      withRespectTo: ['x'],
    });
    expect(values(gradients['x'])[0]! / 2e-12).toBeCloseTo(1, 5);
  });

  it('writes no gradient that the runtime does not open, and works on afterwards', async () => {
    const bytes = linear('N');
    let refuses = false;
    const openSession = (file: Uint8Array) =>
      refuses ? Promise.reject(new Error('no kernel\nand more')) : ort.InferenceSession.create(file);
    const model = new OnnxModel({
      graph: parseModel(bytes),
      origin: { backend: 'onnx', executionProvider: 'cpu', sha256: '', remarks: [] },
      forward: await openSession(bytes),
      openSession,
    });
    const request = { objective: { kind: 'score', output: 'y', index: [[1]] }, withRespectTo: ['x'] } as const;
    refuses = true;
    await expect(model.differentiatedFile(request)).rejects.toMatchObject({
      code: 'MODEL_NOT_RUNNABLE',
      found: 'no kernel',
    });
    refuses = false;
    const { gradients } = await model.differentiatedFile(request);
    expect(Object.keys(gradients)).toEqual(['x']);
    await model.close();
  });

  describe('refuses with a reason', () => {
    const cases: readonly [string, (model: OnnxModel) => Promise<unknown> | unknown, string][] = [
      ['a missing input', (m) => m.run({}, ['y']), 'FEEDS_INVALID'],
      ['an input that it does not have', (m) => m.run({ ...x([1, 2]), z: x([1, 2]).x }, ['y']), 'FEEDS_INVALID'],
      ['an input of another size', (m) => m.run({ x: float32(new Float32Array(3), [1, 3]) }, ['y']), 'FEEDS_INVALID'],
      [
        'an input of another type',
        (m) => m.run({ x: { type: 'int32', dims: [1, 2], data: new Int32Array(2) } }, ['y']),
        'FEEDS_INVALID',
      ],
      ['an empty batch', (m) => m.run({ x: float32(new Float32Array(0), [0, 2]) }, ['y']), 'FEEDS_INVALID'],
      ['an unknown output', (m) => m.run(x([1, 2]), ['yy']), 'GRADIENT_UNKNOWN_TENSOR'],
      [
        'an unknown layer',
        (m) =>
          m.differentiate({
            feeds: x([1, 2]),
            objective: { kind: 'score', output: 'y', index: [[0]] },
            withRespectTo: ['hh'],
          }),
        'GRADIENT_UNKNOWN_TENSOR',
      ],
      [
        'an objective on an unknown output',
        (m) =>
          m.differentiate({
            feeds: x([1, 2]),
            objective: { kind: 'score', output: 'q', index: [[0]] },
            withRespectTo: ['x'],
          }),
        'GRADIENT_OBJECTIVE',
      ],
      [
        'a class out of range',
        (m) =>
          m.differentiate({
            feeds: x([1, 2]),
            objective: { kind: 'score', output: 'y', index: [[3]] },
            withRespectTo: ['x'],
          }),
        'CLASS_OUT_OF_RANGE',
      ],
      [
        'fewer targets than samples',
        (m) =>
          m.differentiate({
            feeds: x([1, 2], [3, 4]),
            objective: { kind: 'score', output: 'y', index: [[0]] },
            withRespectTo: ['x'],
          }),
        'TARGET_COUNT',
      ],
      [
        'fewer cross-entropy targets than samples',
        (m) =>
          m.differentiate({
            feeds: x([1, 2], [3, 4]),
            objective: { kind: 'crossEntropy', output: 'y', target: [0] },
            withRespectTo: ['x'],
          }),
        'TARGET_COUNT',
      ],
      [
        'a cotangent of another size',
        (m) =>
          m.differentiate({
            feeds: x([1, 2]),
            objective: { kind: 'cotangent', cotangents: { y: float32(new Float32Array(2), [1, 2]) } },
            withRespectTo: ['x'],
          }),
        'FEEDS_INVALID',
      ],
      [
        'an index of another rank',
        (m) =>
          m.differentiate({
            feeds: x([1, 2]),
            objective: { kind: 'score', output: 'y', index: [[0, 0]] },
            withRespectTo: ['x'],
          }),
        'FEEDS_INVALID',
      ],
      [
        'an output that does not depend on the layer',
        (m) =>
          m.differentiate({
            feeds: x([1, 2]),
            objective: { kind: 'score', output: 'h', index: [[0]] },
            withRespectTo: ['y'],
          }),
        'GRADIENT_NO_PATH',
      ],
    ];
    it.each(cases)('%s', async (_, act, code) => {
      const model = await open(linear('N'));
      await expect((async () => act(model))()).rejects.toMatchObject({
        code,
        found: expect.any(String),
        expected: expect.any(String),
        next: expect.any(String),
      });
    });
  });

  it('says before anything runs where gradients go', async () => {
    const model = await open(
      modelFile({
        input: ['N', 2, 2],
        output: ['N', 1],
        nodes: [
          Node.of('Relu', ['x'], ['a'], {}, 'first'),
          Node.of('Det', ['a'], ['d'], {}, 'odd'),
          Node.of('Unsqueeze', ['d', 'axes'], ['y'], {}, 'last'),
        ],
        weights: { axes: { type: 'int64', dims: [1], values: [1] } },
      }),
    );
    expect(model.differentiability('y', 'd')).toEqual({ differentiable: true });
    expect(model.differentiability('y', 'x')).toMatchObject({
      differentiable: false,
      reason: 'operator',
      message: expect.stringContaining('Det'),
    });
    expect(model.differentiability('a', 'y')).toMatchObject({ differentiable: false, reason: 'noPath' });
    const feeds = { x: float32(Float32Array.of(1, 2, 3, 4), [1, 2, 2]) };
    const objective = { kind: 'score', output: 'y', index: [[0]] } as const;
    await expect(model.differentiate({ feeds, objective, withRespectTo: ['x'] })).rejects.toMatchObject({
      code: 'GRADIENT_UNSUPPORTED_OPERATOR',
      found: 'Det (node "odd", opset 17)',
      next: expect.stringContaining('cam'),
    });
  });

  it('asks the runtime for no sizes beyond the limits, whatever is asked for and whatever is fed', async () => {
    const model = await open(
      modelFile({
        input: ['N', 'L'],
        output: ['N', 'R'],
        nodes: [
          Node.of('Relu', ['x'], ['h']),
          Node.of('Shape', ['h'], ['shape'], { start: 1 }),
          Node.of('Mul', ['shape', 'thousand'], ['times']),
          Node.of('Concat', ['one', 'times'], ['repeats'], { axis: 0 }),
          Node.of('Tile', ['h', 'repeats'], ['t'], {}, 'grow'),
          Node.of('ReduceSum', ['t'], ['y'], { keepdims: 1 }),
        ],
        weights: {
          thousand: { type: 'int64', dims: [1], values: [1000] },
          one: { type: 'int64', dims: [1], values: [1] },
        },
      }),
    );
    const feeds = (length: number) => ({ x: float32(new Float32Array(length).fill(1), [1, length]) });
    const refusal = {
      code: 'ONNX_TOO_LARGE',
      found: expect.stringMatching(/"t", \[1, 4000000000\], of Tile in node "grow", fed with .*\[1, 2000\]/) as unknown,
    };
    const long = 2000;
    const request = { objective: { kind: 'score', output: 'y', index: [[0]] }, withRespectTo: ['x'] } as const;
    const inputs = [{ name: 'x', type: 'float32', dims: ['N', 'L'] }] as const;
    const program = await model.compile({
      inputs,
      feeds: { x: { kind: 'input', name: 'x' } },
      outputs: { y: { kind: 'tensor', name: 'y' } },
    });
    for (const attempt of [
      () => model.run(feeds(long), ['y']),
      () => model.run(feeds(long), ['t']),
      () => model.differentiate({ ...request, feeds: feeds(long) }),
      () => model.runFrom(feeds(long), { h: feeds(long).x }, ['y']),
      () => program.run(feeds(long)),
    ]) {
      await expect(attempt()).rejects.toMatchObject(refusal);
    }
    await program.close();
    expect(values((await model.run(feeds(3), ['y']))['y'])).toEqual([9000]);
    expect(values((await model.differentiate({ ...request, feeds: feeds(3) })).gradients['x'])).toEqual([
      3000, 3000, 3000,
    ]);
  });
});
