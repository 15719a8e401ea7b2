import { describe, expect, it } from '@jest/globals';
import { TfjsBackend } from '@understory/backend-tfjs';
import { float32, isDiagnosed, type Tensor } from '@understory/core';
import { engines } from './engines.ts';
import { attribute, graphModelFile, layersModelFile, type ConstSpec, type NodeSpec } from './models.ts';

const { int, ints, text, type } = attribute;
const whole = (...values: number[]): ConstSpec => ({ shape: [values.length], values, dtype: 'int32' });
const T = { T: type('DT_FLOAT') };

interface Row {
  readonly what: string;
  readonly constants: Readonly<Record<string, ConstSpec>>;
  readonly node: Omit<NodeSpec, 'name'>;
}

const window = { strides: ints(1, 1, 1, 1), padding: text('VALID'), data_format: text('NHWC') };

/** Nodes that read `x [N, h, w, 3]`, fed with 2 x 2, and that no engine can compute. */
const rows: readonly Row[] = [
  {
    what: 'a filter larger than its image',
    constants: { w: { shape: [3, 3, 3, 2] } },
    node: { op: 'Conv2D', input: ['x', 'w'], attr: { ...window, dilations: ints(1, 1, 1, 1) } },
  },
  {
    what: 'a filter that is larger once it is dilated',
    constants: { w: { shape: [2, 2, 3, 2] } },
    node: { op: 'Conv2D', input: ['x', 'w'], attr: { ...window, dilations: ints(1, 3, 3, 1) } },
  },
  {
    what: 'strides beyond what an engine counts in',
    constants: { w: { shape: [1, 1, 3, 2] } },
    node: {
      op: 'Conv2D',
      input: ['x', 'w'],
      attr: { ...window, strides: ints(1, 1, 2 ** 40, 1), dilations: ints(1, 1, 1, 1) },
    },
  },
  {
    what: 'a pooling by strides of none',
    constants: {},
    node: { op: 'MaxPool', input: ['x'], attr: { ...window, ksize: ints(1, 1, 1, 1), strides: ints(1, 0, 1, 1) } },
  },
  {
    what: 'a depthwise filter larger than its image',
    constants: { w: { shape: [1, 5, 3, 1] } },
    node: { op: 'DepthwiseConv2dNative', input: ['x', 'w'], attr: { ...window, dilations: ints(1, 1, 1, 1) } },
  },
  {
    what: 'a pooling window larger than its image',
    constants: {},
    node: { op: 'MaxPool', input: ['x'], attr: { ...window, ksize: ints(1, 3, 3, 1) } },
  },
  {
    what: 'means over a window larger than its image',
    constants: {},
    node: { op: 'AvgPool', input: ['x'], attr: { ...window, ksize: ints(1, 3, 1, 1) } },
  },
  {
    what: 'normalisation by too few numbers',
    constants: { s: { shape: [3] }, o: { shape: [3] }, m: { shape: [3] }, v: { shape: [2], values: [1, 1] } },
    node: { op: 'FusedBatchNormV3', input: ['x', 's', 'o', 'm', 'v'], attr: { ...T, epsilon: { f: 0.001 } } },
  },
  {
    what: 'an index out of range',
    constants: { i: whole(0, 3), axis: { shape: [], values: [3], dtype: 'int32' } },
    node: { op: 'GatherV2', input: ['x', 'i', 'axis'], attr: { batch_dims: int(0) } },
  },
  {
    what: 'several indices out of range',
    constants: { i: { shape: [1, 2], values: [0, 7], dtype: 'int32' } },
    node: { op: 'GatherNd', input: ['x', 'i'], attr: {} },
  },
  {
    what: 'a slice beyond the end',
    constants: { b: whole(0, 1, 1, 1), s: whole(1, 1, 1, 4) },
    node: { op: 'Slice', input: ['x', 'b', 's'], attr: {} },
  },
  {
    what: 'an axis turned twice',
    constants: { p: whole(0, 1, 1, 3) },
    node: { op: 'Transpose', input: ['x', 'p'], attr: T },
  },
  {
    what: 'an axis reduced twice',
    constants: { a: whole(1, 1) },
    node: { op: 'Max', input: ['x', 'a'], attr: { ...T, keep_dims: { b: true } } },
  },
  {
    what: 'an image resized to nothing',
    constants: { s: whole(0, 2) },
    node: { op: 'ResizeBilinear', input: ['x', 's'], attr: T },
  },
  {
    what: 'negative padding',
    constants: { p: { shape: [4, 2], values: [0, 0, -1, 0, 0, 0, 0, 0], dtype: 'int32' } },
    node: { op: 'Pad', input: ['x', 'p'], attr: T },
  },
  {
    what: 'more elements than there is memory for',
    constants: { r: whole(1, 40000, 40000, 1) },
    node: { op: 'Tile', input: ['x', 'r'], attr: T },
  },
  {
    what: 'matrices that do not fit',
    constants: { w: { shape: [4, 2] } },
    node: { op: 'BatchMatMulV2', input: ['x', 'w'], attr: { ...T, adj_x: { b: false }, adj_y: { b: false } } },
  },
];

const image = float32(new Float32Array(12).fill(0.5), [1, 2, 2, 3]);

async function refusal(source: ReturnType<typeof graphModelFile>, engine: string, feed: Tensor): Promise<unknown> {
  try {
    const model = await new TfjsBackend().open(source, { devices: [engine] });
    await model.run({ [model.inputs[0]!.name]: feed }, [model.outputs[0]!.name]);
    return 'numbers';
  } catch (error) {
    return isDiagnosed(error) ? error.code : error;
  }
}

describe('shapes that do not fit a kernel', () => {
  it.each(rows)('$what', async ({ constants, node }) => {
    const source = graphModelFile({ input: [-1, -1, -1, 3], constants, nodes: [{ name: 'y', ...node }] });
    for (const engine of engines) {
      const code = await refusal(source, engine, image);
      expect({ engine, code }).toEqual({ engine, code: expect.stringMatching(/^(RUN_FAILED|MODEL_NOT_RUNNABLE)$/) });
    }
  });

  it('are refused in a layers model', async () => {
    const source = await layersModelFile((layers) => {
      const input = layers.inputLayer({ inputShape: [null, null, 3] } as never);
      const x = input.output as never;
      return { inputs: x, outputs: layers.conv2d({ filters: 2, kernelSize: 3 }).apply(x) as never };
    });
    for (const engine of engines) expect(await refusal(source, engine, image)).toBe('RUN_FAILED');
  });

  it('leave the engine as it was', async () => {
    const { constants, node } = rows[0]!;
    const small = graphModelFile({ input: [-1, -1, -1, 3], constants, nodes: [{ name: 'y', ...node }] });
    for (const engine of engines) {
      const model = await new TfjsBackend().open(small, { devices: [engine] });
      const large = float32(new Float32Array(27).fill(0.5), [1, 3, 3, 3]);
      const before = (await model.run({ x: large }, ['y']))['y']!.data;
      await expect(model.run({ x: image }, ['y'])).rejects.toMatchObject({ code: 'RUN_FAILED' });
      expect((await model.run({ x: large }, ['y']))['y']!.data).toEqual(before);
      await model.close();
    }
  });
});
