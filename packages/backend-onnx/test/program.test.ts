import { afterAll, describe, expect, it } from '@jest/globals';
import {
  expression as e,
  float32,
  tensor,
  type Expression,
  type Program,
  type Tensor,
  type TensorSpec,
} from '@understory/core';
import { Node, parseModel, toFloat16 } from '@understory/onnx-autodiff';
import {
  expressionCases,
  expressionFeeds,
  expressionInputs,
  expressionSamples,
  expressionWeights,
  weightedTotal,
  type ExpressionSample,
} from '@understory/testing';
import { OnnxBackend, type OnnxModel } from '../src/index.ts';
import { programGraph } from '../src/program-graph.ts';
import { linear, modelFile } from './models.ts';

const opened: { close(): Promise<void> }[] = [];
async function open(bytes: Uint8Array, options = {}): Promise<OnnxModel> {
  const model = await new OnnxBackend().open({ kind: 'bytes', bytes }, { threads: 1, ...options });
  opened.push(model);
  return model;
}
async function compile(model: OnnxModel, program: Program) {
  const compiled = await model.compile(program);
  opened.push(compiled);
  return compiled;
}
afterAll(() => Promise.all(opened.map((one) => one.close())));

const values = (of: Tensor | undefined) => Array.from(of!.data as Float32Array);
const rows = (...of: readonly (readonly number[])[]) =>
  float32(Float32Array.from(of.flat()), [of.length, of[0]!.length]);
const classes = (...of: readonly number[]) => tensor('int64', BigInt64Array.from(of, BigInt), [of.length]);
const near = (expected: readonly number[], digits = 4) =>
  expected.map((value) => expect.closeTo(value, digits) as unknown as number);

const x: TensorSpec = { name: 'x', type: 'float32', dims: ['N', 2] };
const index: TensorSpec = { name: 'class', type: 'int64', dims: ['N'] };
/** y = relu(x) W; x is fed twice what the program is fed. */
const doubled: Pick<Program, 'inputs' | 'feeds'> = {
  inputs: [x, index],
  feeds: { x: e.multiply(e.input('x'), 2) },
};
const scores = e.tensor('y');
const score = e.pick(scores, e.input('class'));

describe('expressions as nodes', () => {
  const xFeed = { x: e.input('x') };
  const inputs = [x, ...expressionInputs];

  it.each(expressionCases)('$name', async ({ expression, dims, expected }) => {
    const program = await compile(await open(linear('N')), { inputs, feeds: xFeed, outputs: { y: expression } });
    for (const batch of [1, 3, 2]) {
      const samples = expressionSamples(batch, batch);
      const fed = { ...expressionFeeds(samples), x: float32(new Float32Array(2 * batch), [batch, 2]) };
      const { y } = await program.run(fed);
      expect(y!.dims).toEqual([batch, ...dims]);
      expect(values(y)).toEqual(near(samples.flatMap(expected)));
    }
  });

  it.each(expressionCases)('the gradient of $name', async (one) => {
    const scored = e.add(
      weightedTotal(one),
      e.reshape(e.sum(e.add(e.sum(e.input('a'), [1, 2]), e.sum(e.input('b'), [1, 2])), [1]), []),
    );
    const both = e.add(scored, e.reshape(e.sum(e.input('row'), [1]), []));
    const program = await compile(await open(linear('N')), {
      inputs,
      feeds: xFeed,
      objective: both,
      outputs: { a: e.gradient('a'), b: e.gradient('b'), row: e.gradient('row') },
    });
    const samples = expressionSamples(2);
    const found = await program.run({ ...expressionFeeds(samples), x: rows([0, 0], [0, 0]) });
    const weights = expressionWeights(one);
    const total = (sample: ExpressionSample) =>
      one.expected(sample).reduce((sum, value, at) => sum + value * weights[at]!, 0);
    for (const name of ['a', 'b', 'row'] as const) {
      const slopes = samples.flatMap((sample) =>
        sample[name].map((value, at) => {
          const moved = (by: number) => total({ ...sample, [name]: sample[name].with(at, value + by) });
          return 1 + (moved(1e-4) - moved(-1e-4)) / 2e-4;
        }),
      );
      expect(values(found[name])).toEqual(near(slopes, 3));
    }
  });
});

describe('OnnxProgram', () => {
  it.each([
    ['any batch', 'N'],
    ['a batch fixed at 1', 1],
    ['a batch fixed at 2, the last one filled up', 2],
    ['a batch fixed at 4, larger than what is fed', 4],
  ])('goes through feeds and back with %s', async (_, batch) => {
    const program = await compile(await open(linear(batch)), {
      ...doubled,
      objective: score,
      outputs: {
        gradient: e.gradient('x'),
        objective: e.objective(),
        y: scores,
        h: e.tensor('h'),
        next: e.add(e.input('x'), e.sign(e.gradient('x'))),
        seven: e.constant(7),
      },
    });
    const fed = { x: rows([1, -1], [2, 3], [5, 1]), class: classes(0, 1, 2) };
    const found = await program.run(fed);
    // y is [2, 4, 6], [4 - 24, 8 + 30, 12 + 36], [10 - 8, 20 + 10, 30 + 12]; each gradient is twice that of the linear layer.
    expect(values(found['objective'])).toEqual([2, 38, 42]);
    expect(found['objective']!.dims).toEqual([3]);
    expect(values(found['y'])).toEqual([2, 4, 6, -20, 38, 48, 2, 30, 42]);
    expect(values(found['h'])).toEqual([2, 0, 4, 6, 10, 2]);
    expect(values(found['gradient'])).toEqual([2, 0, 4, 10, 6, 12]);
    expect(values(found['next'])).toEqual([2, -1, 3, 4, 6, 2]);
    expect(found['seven']).toEqual(float32(Float32Array.of(7), []));
  });

  it('reverses channels, normalises and moves channels last on the way in, and back on the way out', async () => {
    const model = await open(
      modelFile({
        input: ['N', 2, 2, 3],
        output: ['N', 2],
        nodes: [
          Node.of('Mul', ['x', 'x'], ['squared']),
          Node.of('Flatten', ['squared'], ['flat'], { axis: 1 }),
          Node.of('MatMul', ['flat', 'w'], ['y']),
        ],
        weights: { w: { type: 'float32', dims: [12, 2], values: Array.from({ length: 24 }, (_, at) => at - 9.5) } },
      }),
    );
    const mean = [0.4, 0.5, 0.6];
    const deviation = [0.2, 0.25, 0.5];
    const channel = (of: readonly number[]) => e.constant(float32(Float32Array.from(of), [1, 3, 1, 1]));
    const pixels = e.input('pixels');
    const program = await compile(model, {
      inputs: [{ name: 'pixels', type: 'float32', dims: ['N', 3, 2, 2] }, index],
      feeds: {
        x: e.transpose(
          e.divide(e.subtract(e.take(pixels, 1, [2, 1, 0]), channel(mean)), channel(deviation)),
          [0, 2, 3, 1],
        ),
      },
      objective: score,
      outputs: { gradient: e.gradient('pixels') },
    });
    const image = float32(
      Float32Array.from({ length: 24 }, (_, at) => Math.fround((at * 7) % 24) / 24),
      [2, 3, 2, 2],
    );
    const fed = new Float32Array(24);
    const place = (sample: number, channelAt: number, at: number) => (sample * 4 + at) * 3 + channelAt;
    const source = (sample: number, channelAt: number, at: number) => (sample * 3 + 2 - channelAt) * 4 + at;
    const all = [0, 1].flatMap((sample) =>
      [0, 1, 2].flatMap((c) => [0, 1, 2, 3].map((at) => [sample, c, at] as const)),
    );
    for (const [sample, c, at] of all) {
      fed[place(sample, c, at)] = (image.data[source(sample, c, at)]! - mean[c]!) / deviation[c]!;
    }
    const { gradients } = await model.differentiate({
      feeds: { x: float32(fed, [2, 2, 2, 3]) },
      objective: { kind: 'score', output: 'y', index: [[1], [0]] },
      withRespectTo: ['x'],
    });
    const expected = new Float32Array(24);
    for (const [sample, c, at] of all) {
      expected[source(sample, c, at)] = (gradients['x']!.data as Float32Array)[place(sample, c, at)]! / deviation[c]!;
    }
    const { gradient } = await program.run({ pixels: image, class: classes(1, 0) });
    expect(gradient!.dims).toEqual([2, 3, 2, 2]);
    expect(values(gradient)).toEqual(near(Array.from(expected), 2));
  });

  it('feeds and differentiates a float16 model in float32', async () => {
    const model = await open(linear('N', 'float16'));
    const program = await compile(model, {
      ...doubled,
      objective: e.multiply(score, 1e-9),
      outputs: { gradient: e.gradient('x'), y: scores, h: e.tensor('h') },
    });
    const found = await program.run({ x: rows([1, -1], [2, 3]), class: classes(0, 1) });
    expect(found['y']).toEqual(rows([2, 4, 6], [-20, 38, 48]));
    expect(values(found['h'])).toEqual([2, 0, 4, 6]);
    // 1e-9 is zero in half precision.
    expect(values(found['gradient']).map((value) => value * 1e9)).toEqual(near([2, 0, 4, 10]));
    const half = { type: 'float16', dims: [1, 2], data: Uint16Array.of(toFloat16(2), toFloat16(6)) } as const;
    expect((await model.run({ x: half }, ['y']))['y']!.type).toBe('float16');
  });

  it('feeds a float16 model half precision where it is differentiated as it is', async () => {
    const model = await open(linear('N', 'float16'), { gradientPrecision: 'model' });
    const program = await compile(model, {
      ...doubled,
      objective: score,
      outputs: { gradient: e.gradient('x'), y: scores },
    });
    const found = await program.run({ x: rows([1, -1], [2, 3]), class: classes(0, 1) });
    expect(found['y']).toEqual(rows([2, 4, 6], [-20, 38, 48]));
    expect(values(found['gradient'])).toEqual([2, 0, 4, 10]);
  });

  it('takes inputs and outputs that are named as tensors of the model', async () => {
    const program = await compile(await open(linear('N')), {
      inputs: [{ ...x, name: 'h' }],
      feeds: { x: e.input('h') },
      outputs: { x: e.negate(e.tensor('x')), w: e.tensor('h'), h: e.input('h'), y: scores },
    });
    const found = await program.run({ h: rows([1, -2]) });
    expect(values(found['x'])).toEqual([-1, 2]);
    expect(values(found['w'])).toEqual([1, 0]);
    expect(values(found['h'])).toEqual([1, -2]);
    expect(values(found['y'])).toEqual([1, 2, 3]);
  });

  it('runs several batches at once, each with its own numbers', async () => {
    const program = await compile(await open(linear('N')), {
      ...doubled,
      objective: score,
      outputs: { y: e.objective() },
    });
    const sizes = [1, 5, 2, 3];
    const found = await Promise.all(
      sizes.map((size) =>
        program.run({
          x: rows(...Array.from({ length: size }, (_, at) => [at, 0])),
          class: classes(...Array.from({ length: size }, () => 2)),
        }),
      ),
    );
    expect(found.map(({ y }) => values(y))).toEqual(
      sizes.map((size) => Array.from({ length: size }, (_, at) => 6 * at)),
    );
  });
});

describe('the graph of a program', () => {
  const graphOf = (program: Program) =>
    programGraph(program, {
      graph: parseModel(linear('N')).with({ opset: 18 }).withBatch(2),
      batch: 2,
      modelInputs: [x],
      computed: (name) => name,
      blockedLayout: false,
    });
  const operators = (program: Program) =>
    parseModel(graphOf(program).graph.encode()).nodes.map(({ operator }) => operator);

  it('writes what is used twice once, also from one part of the program to another', () => {
    const shared = e.exponential(e.input('x'));
    const program: Program = {
      inputs: [x],
      feeds: { x: shared },
      objective: e.reshape(e.sum(e.multiply(scores, e.sum(shared, [1])), [1]), []),
      outputs: { gradient: e.gradient('x'), y: e.add(shared, shared), z: e.largest(shared, [1]) },
    };
    expect(operators(program).filter((operator) => operator === 'Exp')).toHaveLength(1);
  });

  it('has no way back where nothing asks for a gradient', () => {
    const forward: Program = { ...doubled, objective: score, outputs: { y: e.objective() } };
    expect(graphOf(forward).graph.nodes.filter(({ name }) => /gradient|objective\./.test(name))).toEqual([]);
    const written = operators(forward);
    expect(written).toEqual(expect.arrayContaining(['Mul', 'Relu', 'MatMul', 'GatherElements']));
    expect(written).not.toContain('Transpose');
    const back = operators({ ...forward, outputs: { gradient: e.gradient('x') } });
    expect(back.length).toBeGreaterThan(written.length);
  });

  it('leaves out a model that nothing asks for', () => {
    expect(operators({ ...doubled, outputs: { y: e.negate(e.input('x')) } })).not.toContain('MatMul');
  });
});

describe('refused programs', () => {
  const fault = async (change: Partial<Program>) => {
    const model = await open(linear('N'));
    return model.compile({ ...doubled, outputs: { y: scores }, ...change });
  };
  const outputs = (y: Expression): Partial<Program> => ({ outputs: { y } });

  it.each<[string, Partial<Program>, string]>([
    ['an unknown tensor', outputs(e.tensor('z')), '"z"'],
    ['an unknown input', outputs(e.input('z')), '"z" in the outputs'],
    ['the gradient of no input', { objective: score, ...outputs(e.gradient('z')) }, '"z" in the outputs'],
    ['a gradient without objective', outputs(e.gradient('x')), 'gradient without an objective'],
    ['an objective that is not there', outputs(e.objective()), 'objective without an objective'],
    ['a gradient in the objective', { objective: e.gradient('x') }, 'gradient inside the objective'],
    ['a tensor of the model in the feeds', { feeds: { x: e.tensor('h') } }, 'tensor inside the feeds'],
    ['an input of the model without feed', { feeds: {} }, 'no feed for "x"'],
    ['a feed that the model does not have', { feeds: { ...doubled.feeds, z: e.input('x') } }, 'a feed for "z"'],
    ['a feed of another shape', { feeds: { x: e.take(e.input('x'), 1, [0]) } }, 'float32 [1, 1] for "x"'],
    ['a feed of another type', { feeds: { x: e.input('class') } }, 'int64 [1] for "x"'],
    ['an input twice', { inputs: [x, index, x] }, 'two inputs named "x"'],
    ['no inputs', { inputs: [] }, 'a program without inputs'],
    ['no outputs', { outputs: {} }, 'a program without outputs'],
    ['an objective for every class', { objective: scores }, 'an objective [1, 3]'],
    ['an index that is no whole number', outputs(e.pick(scores, e.input('x'))), 'an index of type float32'],
    ['more of the largest than there are', outputs(e.sortDescending(scores, 4)), 'the first 4 of 3'],
    ['a sum over samples', outputs(e.sum(scores, [-2])), 'a reduction over the batch'],
    ['samples taken', outputs(e.take(scores, 0, [0])), 'entries taken along the batch'],
    ['a batch that is moved', outputs(e.transpose(scores, [1, 0])), 'axes in the order 1, 0'],
    ['sorted samples', outputs(e.sortDescending(e.reshape(score, []))), 'sortDescending along the batch'],
    [
      'a batch beside classes',
      { objective: score, ...outputs(e.add(scores, e.objective())) },
      'operands of ranks 2 and 1',
    ],
    [
      'a constant that has a batch',
      outputs(e.add(scores, e.constant(float32(new Float32Array(6), [2, 3])))),
      'a constant [2, 3] beside a batch',
    ],
  ])('%s', async (what, change, found) => {
    const code = what === 'an unknown tensor' ? 'UNKNOWN_LAYER' : 'PROGRAM_INVALID';
    await expect(fault(change)).rejects.toMatchObject({ code, found });
  });

  it('names the layer that was meant', async () => {
    await expect(fault(outputs(e.tensor('yy')))).rejects.toMatchObject({
      next: expect.stringContaining('"y"') as unknown,
    });
  });

  it('gradients that nothing leads to', async () => {
    const program = { objective: e.reshape(e.sum(e.sign(scores), [1]), []), ...outputs(e.gradient('x')) };
    await expect(fault(program)).rejects.toMatchObject({ code: 'GRADIENT_NO_PATH' });
  });

  it('feeds that do not fit', async () => {
    const program = await compile(await open(linear('N')), { ...doubled, outputs: { y: score } });
    const fed = { x: rows([1, 2]), class: classes(0) };
    const rejected = (change: Readonly<Record<string, Tensor>>) =>
      expect(program.run({ ...fed, ...change })).rejects.toMatchObject({ code: 'FEEDS_INVALID' });
    await rejected({ x: rows([1, 2, 3]) });
    await rejected({ class: classes(0, 1) });
    await rejected({ class: float32(Float32Array.of(0), [1]) });
    await rejected({ other: rows([1]) });
    await expect(program.run({ x: fed.x })).rejects.toMatchObject({ code: 'FEEDS_INVALID' });
  });
});
