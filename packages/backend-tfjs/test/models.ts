import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { elementCount, seededRandom, type ModelSource } from '@understory/core';

/** A source that holds a model.json and its shards in memory. */
export type BytesSource = Extract<ModelSource, { kind: 'bytes' }>;

type Container = Parameters<typeof tfl.model>[0];

/** A layers model as the files that saving it writes, its weights drawn at random. */
export async function layersModelFile(build: (layers: typeof tfl.layers) => Container): Promise<BytesSource> {
  await tf.setBackend('cpu');
  const model = tfl.model(build(tfl.layers));
  const random = seededRandom('layers model');
  model.setWeights(
    model.getWeights().map((weight, at) => {
      const isSpread = model.weights[at]!.originalName.endsWith('variance');
      const values = Float32Array.from({ length: weight.size }, () => random.normal() * 0.5);
      return tf.tensor(isSpread ? values.map((value) => 0.5 + value ** 2) : values, weight.shape);
    }),
  );
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  model.dispose();
  const { modelTopology, weightSpecs, weightData } = saved!;
  return source({ format: 'layers-model', modelTopology }, weightSpecs!, new Uint8Array(weightData as ArrayBuffer));
}

/** A node of a graph model: attributes as model.json has them. */
export interface NodeSpec {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, unknown>>;
}

export interface ConstSpec {
  readonly shape: readonly number[];
  readonly values?: readonly number[];
  readonly dtype?: 'float32' | 'int32';
}

/** A graph model from nodes and constants; values that are not given are drawn at random. */
export function graphModelFile(options: {
  readonly input: readonly number[];
  readonly nodes: readonly NodeSpec[];
  readonly constants?: Readonly<Record<string, ConstSpec>>;
}): BytesSource {
  const random = seededRandom('graph model');
  const constants = Object.entries(options.constants ?? {});
  const placeholder = {
    name: 'x',
    op: 'Placeholder',
    attr: { shape: shapeAttribute(options.input), dtype: { type: 'DT_FLOAT' } },
  };
  const consts = constants.map(([name, { shape, dtype }]) => ({
    name,
    op: 'Const',
    // The converter leaves what a constant has to wait for in the file.
    input: ['^x'],
    attr: {
      dtype: { type: dtype === 'int32' ? 'DT_INT32' : 'DT_FLOAT' },
      value: { tensor: { tensorShape: {}, dtype } },
      shape: shapeAttribute(shape),
    },
  }));
  const weights = constants.map(([name, { shape, dtype = 'float32' }]) => ({ name, shape: [...shape], dtype }));
  const data = constants.map(([, { shape, values, dtype }]) => {
    const numbers = values ?? Array.from({ length: elementCount(shape) }, () => random.normal() * 0.5);
    return Buffer.from((dtype === 'int32' ? Int32Array.from(numbers) : Float32Array.from(numbers)).buffer);
  });
  const modelTopology = { node: [placeholder, ...consts, ...options.nodes], versions: { producer: 1 } };
  return source({ format: 'graph-model', modelTopology }, weights, new Uint8Array(Buffer.concat(data)));
}

function source(json: object, weights: readonly object[], data: Uint8Array): BytesSource {
  // Two shards, so that joining them is tried everywhere.
  const half = Math.floor(data.length / 2);
  const paths = ['group1-shard1of2.bin', 'group1-shard2of2.bin'];
  return {
    kind: 'bytes',
    bytes: new TextEncoder().encode(JSON.stringify({ ...json, weightsManifest: [{ paths, weights }] })),
    externalData: { [paths[0]!]: data.slice(0, half), [paths[1]!]: data.slice(half) },
  };
}

function shapeAttribute(dims: readonly number[]): object {
  return { shape: { dim: dims.map((size) => ({ size: `${size}` })) } };
}

/** Attributes as model.json writes them. */
export const attribute = {
  ints: (...values: number[]) => ({ list: { i: values.map(String) } }),
  text: (value: string) => ({ s: btoa(value) }),
  texts: (...values: string[]) => ({ list: { s: values.map((value) => btoa(value)) } }),
  bool: (b: boolean) => ({ b }),
  float: (f: number) => ({ f }),
  int: (i: number) => ({ i: `${i}` }),
  type: (type: string) => ({ type }),
};

const { ints, text, texts, bool, int, type } = attribute;
const nhwc = text('NHWC');

/** A small classifier as the converter writes one: fused convolutions, a residual, pooling, a linear head, softmax. */
export function graphClassifier(): BytesSource {
  const conv = { strides: ints(1, 1, 1, 1), padding: text('SAME'), data_format: nhwc, dilations: ints(1, 1, 1, 1) };
  const fused = (...names: string[]) => ({ ...conv, fused_ops: texts(...names), num_args: int(1), epsilon: { f: 0 } });
  return graphModelFile({
    input: [-1, 8, 8, 3],
    constants: {
      'stem/weights': { shape: [3, 3, 3, 6] },
      'stem/bias': { shape: [6] },
      'depth/weights': { shape: [3, 3, 6, 1] },
      'depth/bias': { shape: [6] },
      'project/weights': { shape: [1, 1, 6, 6] },
      'project/bias': { shape: [6] },
      'head/weights': { shape: [6, 4] },
      'head/bias': { shape: [4] },
      axes: { shape: [2], values: [1, 2], dtype: 'int32' },
    },
    nodes: [
      {
        name: 'body/stem/Relu6',
        op: '_FusedConv2D',
        input: ['x', 'stem/weights', 'stem/bias'],
        attr: fused('BiasAdd', 'Relu6'),
      },
      {
        name: 'body/depth/Relu',
        op: 'FusedDepthwiseConv2dNative',
        input: ['body/stem/Relu6', 'depth/weights', 'depth/bias'],
        attr: { ...fused('BiasAdd', 'Relu'), strides: ints(1, 1, 1, 1) },
      },
      {
        name: 'body/project',
        op: '_FusedConv2D',
        input: ['body/depth/Relu', 'project/weights', 'project/bias'],
        attr: fused('BiasAdd'),
      },
      { name: 'body/add', op: 'AddV2', input: ['body/project', 'body/stem/Relu6'] },
      {
        name: 'body/pool',
        op: 'MaxPool',
        input: ['body/add'],
        attr: { ksize: ints(1, 3, 3, 1), strides: ints(1, 2, 2, 1), padding: text('SAME'), data_format: nhwc },
      },
      { name: 'body/last', op: 'Tanh', input: ['body/pool'] },
      { name: 'gap', op: 'Mean', input: ['body/last', 'axes'], attr: { keep_dims: bool(false), T: type('DT_FLOAT') } },
      {
        name: 'head/BiasAdd',
        op: '_FusedMatMul',
        input: ['gap', 'head/weights', 'head/bias'],
        attr: { fused_ops: texts('BiasAdd'), num_args: int(1), transpose_a: bool(false), transpose_b: bool(false) },
      },
      { name: 'probabilities', op: 'Softmax', input: ['head/BiasAdd'] },
    ],
  });
}

interface Made {
  apply(inputs: tfl.SymbolicTensor | tfl.SymbolicTensor[]): unknown;
}

/** A small classifier of Keras layers: strided, depthwise and dilated convolutions, normalisation, two poolings, a nested model, softmax. */
export function layersClassifier(): Promise<BytesSource> {
  return layersModelFile((l) => {
    const image = tfl.input({ shape: [8, 8, 3], name: 'image' });
    const apply = (layer: Made, ...inputs: tfl.SymbolicTensor[]) =>
      layer.apply(inputs.length === 1 ? inputs[0]! : inputs) as tfl.SymbolicTensor;
    const stem = apply(
      l.conv2d({ filters: 6, kernelSize: 3, padding: 'same', activation: 'relu', name: 'stem' }),
      image,
    );
    const depth = apply(l.depthwiseConv2d({ kernelSize: 3, padding: 'same', name: 'depth' }), stem);
    const normal = apply(l.batchNormalization({ name: 'normal' }), depth);
    const dilated = apply(
      l.conv2d({ filters: 6, kernelSize: 3, dilationRate: 2, padding: 'same', name: 'dilated' }),
      normal,
    );
    const sum = apply(l.add({ name: 'sum' }), dilated, stem);
    const pooled = apply(l.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same', name: 'pool' }), sum);
    const inner = tfl.sequential({ name: 'inner' });
    inner.add(l.conv2d({ inputShape: [4, 4, 6], filters: 8, kernelSize: 1, activation: 'tanh', name: 'mix' }));
    inner.add(l.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same', name: 'thin' }));
    const nested = inner.apply(pooled) as tfl.SymbolicTensor;
    const gap = apply(l.globalAveragePooling2d({ name: 'gap' }) as Made, nested);
    const dropped = apply(l.dropout({ rate: 0.5, name: 'drop' }), gap);
    const scores = apply(l.dense({ units: 4, activation: 'softmax', name: 'scores' }), dropped);
    return { inputs: image, outputs: scores };
  });
}

/** A layer as Keras 3 writes it: its class, what it is called with, and its configuration. */
export interface KerasLayerSpec {
  readonly name: string;
  readonly className: string;
  /** Tensors by the names of their layers after `@`; all else as it is. */
  readonly args: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
  readonly config?: Readonly<Record<string, unknown>>;
  /** Functions have no training to speak of. */
  readonly isFunction?: boolean;
}

/** A layers model as the converter writes one of Keras 3; the input is called `x`, the last layer is the output. */
export function kerasFile(options: {
  readonly input: readonly (number | null)[];
  readonly layers: readonly KerasLayerSpec[];
  readonly weights?: Readonly<Record<string, readonly number[]>>;
}): BytesSource {
  const random = seededRandom('keras');
  const called = (value: unknown): unknown => {
    if (typeof value === 'string' && value.startsWith('@')) {
      return { class_name: '__keras_tensor__', config: { dtype: 'float32', keras_history: [value.slice(1), 0, 0] } };
    }
    return Array.isArray(value) ? value.map(called) : value;
  };
  const policy = { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null };
  const layers = options.layers.map(({ name, className, args, kwargs = {}, config = {}, isFunction = false }) => ({
    ...{ class_name: className, name },
    config: { name, ...(!isFunction && { trainable: true, dtype: policy }), ...config },
    inbound_nodes: [{ args: args.map(called), kwargs }],
  }));
  const input = {
    ...{ class_name: 'InputLayer', name: 'x', inbound_nodes: [] },
    config: { batch_shape: options.input, dtype: 'float32', sparse: false, name: 'x' },
  };
  const modelTopology = {
    ...{ keras_version: '3.15.1', backend: 'tensorflow' },
    model_config: {
      class_name: 'Functional',
      config: {
        ...{ name: 'functional', trainable: true, layers: [input, ...layers] },
        ...{ input_layers: ['x', 0, 0], output_layers: [layers.at(-1)!.name, 0, 0] },
      },
    },
  };
  const weights = Object.entries(options.weights ?? {}).map(([name, shape]) => ({ name, shape, dtype: 'float32' }));
  const data = weights.map(({ name, shape }) => {
    const numbers = Array.from({ length: elementCount(shape) }, () => random.normal() * 0.5);
    const isSpread = /variance$|vars\/3$/.test(name);
    return Buffer.from(Float32Array.from(isSpread ? numbers.map((value) => 0.5 + value ** 2) : numbers).buffer);
  });
  return source({ format: 'layers-model', modelTopology }, weights, new Uint8Array(Buffer.concat(data)));
}

export const classifiers = { layers: layersClassifier, graph: async () => graphClassifier() };
