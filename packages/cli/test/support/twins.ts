import { create } from '@bufbuild/protobuf';
import { elementCount, seededRandom, type ModelSource } from '@understory/core';
import { Graph, Node, writeTensor, type Constant } from '@understory/onnx-autodiff';
import { ModelProtoSchema } from 'onnx-buf';

// One residual network of random weights in several layouts: image 10 x 14, map 5 x 7 of six channels, four classes.
const [height, width, channels, classes] = [5, 7, 6, 4];
export const imageSize = [10, 14, 3] as const;

const random = seededRandom('twins');
const drawn = (...dims: readonly number[]): Constant => ({
  ...{ type: 'float32', dims },
  values: Float32Array.from({ length: elementCount(dims) }, () => random.normal() * 0.4),
});
const kernels = { w1: drawn(channels, 3, 2, 2), w2: drawn(channels, channels, 3, 3) };
const biases = { b1: drawn(channels), b2: drawn(channels) };
const head = { w: drawn(channels, classes), b: drawn(classes) };

const integers = (...values: readonly number[]): Constant => ({ type: 'int64', dims: [values.length], values });
const first = { perm: [0, 3, 1, 2] };
const last = { perm: [0, 2, 3, 1] };
const one = { strides: [2, 2] };
const two = { pads: [1, 1, 1, 1] };

function onnx(isLast: boolean, nodes: readonly Node[], weights: Readonly<Record<string, Constant>>): ModelSource {
  const [rows, columns, colours] = imageSize;
  const all = { ...kernels, ...biases, ...head, ...weights };
  const bytes = new Graph({
    header: create(ModelProtoSchema, { irVersion: 8n }),
    ...{ name: 'twin', opset: 17 },
    inputs: [
      { name: 'x', type: 'float32', shape: isLast ? ['N', rows, columns, colours] : ['N', colours, rows, columns] },
    ],
    outputs: [{ name: 'y', type: 'float32', shape: ['N', classes] }],
    nodes,
    initializers: new Map(Object.entries(all).map(([name, value]) => [name, { proto: writeTensor(name, value) }])),
    declared: new Map(),
  }).encode();
  return { kind: 'bytes', bytes };
}

/** Channels first from the image to the last map, `last`. */
const body = (image: string) => [
  Node.of('Conv', [image, 'w1', 'b1'], ['c1'], one),
  Node.of('Relu', ['c1'], ['r1']),
  Node.of('Conv', ['r1', 'w2', 'b2'], ['c2'], two),
  Node.of('Add', ['c2', 'r1'], ['sum']),
  Node.of('Relu', ['sum'], ['last']),
];

/** Transpositions around each convolution, all else with channels last, as TensorFlow has it. */
const wrapped = [
  Node.of('Transpose', ['x'], ['x1'], first),
  Node.of('Conv', ['x1', 'w1'], ['k1'], one),
  Node.of('Transpose', ['k1'], ['t1'], last),
  Node.of('Add', ['t1', 'b1'], ['c1']),
  Node.of('Relu', ['c1'], ['r1']),
  Node.of('Transpose', ['r1'], ['x2'], first),
  Node.of('Conv', ['x2', 'w2'], ['k2'], two),
  Node.of('Transpose', ['k2'], ['t2'], last),
  Node.of('Add', ['t2', 'b2'], ['c2']),
  Node.of('Add', ['c2', 'r1'], ['sum']),
  Node.of('Relu', ['sum'], ['last']),
];

const turnedIn = [Node.of('Transpose', ['x'], ['x1'], first), ...body('x1')];
const turnedOut = [...turnedIn, Node.of('Transpose', ['last'], ['map'], last)];
const scores = (from: string) => [Node.of('MatMul', [from, 'w'], ['product']), Node.of('Add', ['product', 'b'], ['y'])];
const mean = (from: string, to: string, axes: readonly number[], keepdims = 0) =>
  Node.of('ReduceMean', [from], [to], { axes: [...axes], keepdims });

export const plain: ModelSource = onnx(
  false,
  [
    ...body('x'),
    Node.of('GlobalAveragePool', ['last'], ['pooled']),
    Node.of('Flatten', ['pooled'], ['vector']),
    Node.of('Gemm', ['vector', 'w', 'b'], ['y']),
  ],
  {},
);

/** The same function of a channels-last image, by what is unlike in the graph. */
export const channelsLast: Readonly<Record<string, ModelSource>> = {
  'transposed at the borders': onnx(true, [...turnedOut, mean('map', 'pooled', [1, 2]), ...scores('pooled')], {}),
  'transposed around each convolution': onnx(
    true,
    [...wrapped, mean('last', 'pooled', [1, 2]), ...scores('pooled')],
    {},
  ),
  'pooled by its last axes but one, then squeezed': onnx(
    true,
    [
      ...wrapped,
      mean('last', 'pooled', [-3, -2], 1),
      Node.of('Squeeze', ['pooled', 'axes'], ['vector']),
      Node.of('Gemm', ['vector', 'w', 'b'], ['y']),
    ],
    { axes: integers(1, 2) },
  ),
  'pooled in two steps, then reshaped': onnx(
    true,
    [
      ...wrapped,
      mean('last', 'columns', [2], 1),
      mean('columns', 'pooled', [1], 1),
      Node.of('Reshape', ['pooled', 'shape'], ['vector']),
      ...scores('vector'),
    ],
    { shape: integers(-1, channels) },
  ),
  'turned back for GlobalAveragePool': onnx(
    true,
    [
      ...wrapped,
      Node.of('Transpose', ['last'], ['map'], first),
      Node.of('GlobalAveragePool', ['map'], ['pooled']),
      Node.of('Reshape', ['pooled', 'shape'], ['vector']),
      ...scores('vector'),
    ],
    { shape: integers(0, -1) },
  ),
  'rows in the batch': onnx(
    true,
    [
      ...wrapped.slice(0, -1),
      Node.of('Reshape', ['sum', 'rows'], ['lines']),
      Node.of('Relu', ['lines'], ['rectified']),
      Node.of('Reshape', ['rectified', 'map'], ['whole']),
      mean('whole', 'pooled', [1, 2]),
      ...scores('pooled'),
    ],
    { rows: integers(-1, width, channels), map: integers(-1, height, width, channels) },
  ),
  'places in a row': onnx(
    true,
    [...wrapped, Node.of('Reshape', ['last', 'row'], ['tokens']), mean('tokens', 'pooled', [1]), ...scores('pooled')],
    { row: integers(-1, height * width, channels) },
  ),
  'channels first, places in a row': onnx(
    true,
    [...turnedIn, Node.of('Reshape', ['last', 'row'], ['tokens']), mean('tokens', 'pooled', [2]), ...scores('pooled')],
    { row: integers(-1, channels, height * width) },
  ),
  'a token put in front and sliced off': onnx(
    true,
    [
      ...wrapped,
      Node.of('Reshape', ['last', 'row'], ['tokens']),
      mean('tokens', 'own', [1], 1),
      Node.of('Concat', ['own', 'tokens'], ['more'], { axis: 1 }),
      Node.of('Slice', ['more', 'from', 'to', 'from'], ['again']),
      mean('again', 'pooled', [1]),
      ...scores('pooled'),
    ],
    { row: integers(-1, height * width, channels), from: integers(1), to: integers(1 + height * width) },
  ),
};

/** A weight with its axes in another order. */
function turned({ dims, values }: Constant, order: readonly number[]): Constant {
  const strides = dims.map((_, axis) => elementCount(dims.slice(axis + 1)));
  const shape = order.map((axis) => dims[axis]!);
  const numbers = Float32Array.from({ length: values.length }, (_, at) => {
    let [rest, from] = [at, 0];
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      from += (rest % shape[axis]!) * strides[order[axis]!]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    return values[from]!;
  });
  return { type: 'float32', dims: shape, values: numbers };
}

function tensorflow(topology: object, weights: Readonly<Record<string, Constant>>): ModelSource {
  const specs = Object.entries(weights).map(([name, { type, dims }]) => ({
    ...{ name, shape: dims, dtype: type === 'int64' ? 'int32' : type },
  }));
  const data = Object.values(weights).map(({ type, values }) =>
    Buffer.from((type === 'int64' ? Int32Array.from(values) : Float32Array.from(values)).buffer),
  );
  return {
    kind: 'bytes',
    bytes: new TextEncoder().encode(
      JSON.stringify({ ...topology, weightsManifest: [{ paths: ['weights.bin'], weights: specs }] }),
    ),
    externalData: { 'weights.bin': new Uint8Array(Buffer.concat(data)) },
  };
}

const kernel = (from: Constant) => turned(from, [2, 3, 1, 0]);
const ints = (...values: readonly number[]) => ({ list: { i: values.map(String) } });
const text = (value: string) => ({ s: Buffer.from(value).toString('base64') });

export function graphModel(): ModelSource {
  const weights = {
    ...{ w1: kernel(kernels.w1), w2: kernel(kernels.w2), ...biases, ...head },
    axes: integers(1, 2),
  };
  const conv = { data_format: text('NHWC'), dilations: ints(1, 1, 1, 1) };
  const node = (name: string, op: string, input: readonly string[], attr: object = {}) => ({ name, op, input, attr });
  const float = { dtype: { type: 'DT_FLOAT' } };
  const shape = { shape: { dim: [-1, ...imageSize].map((size) => ({ size: `${size}` })) } };
  const nodes = [
    { name: 'x', op: 'Placeholder', attr: { shape, ...float } },
    ...Object.entries(weights).map(([name, { type }]) => ({
      ...{ name, op: 'Const', input: [] },
      attr: {
        dtype: { type: type === 'int64' ? 'DT_INT32' : 'DT_FLOAT' },
        value: { tensor: { dtype: type === 'int64' ? 'DT_INT32' : 'DT_FLOAT', tensorShape: {} } },
      },
    })),
    node('k1', 'Conv2D', ['x', 'w1'], { ...conv, strides: ints(1, 2, 2, 1), padding: text('VALID') }),
    node('c1', 'BiasAdd', ['k1', 'b1']),
    node('r1', 'Relu', ['c1']),
    node('k2', 'Conv2D', ['r1', 'w2'], { ...conv, strides: ints(1, 1, 1, 1), padding: text('SAME') }),
    node('c2', 'BiasAdd', ['k2', 'b2']),
    node('sum', 'AddV2', ['c2', 'r1']),
    node('last', 'Relu', ['sum']),
    node('pooled', 'Mean', ['last', 'axes'], { keep_dims: { b: false }, T: { type: 'DT_FLOAT' } }),
    node('product', 'MatMul', ['pooled', 'w'], { transpose_a: { b: false }, transpose_b: { b: false } }),
    node('y', 'BiasAdd', ['product', 'b']),
  ];
  return tensorflow({ format: 'graph-model', modelTopology: { node: nodes, versions: { producer: 1 } } }, weights);
}

export function layersModel(): ModelSource {
  const tensorOf = (name: string) => ({
    ...{ class_name: '__keras_tensor__' },
    config: { dtype: 'float32', keras_history: [name, 0, 0] },
  });
  const layer = (name: string, kind: string, inputs: readonly string[], config: object = {}) => ({
    ...{ class_name: kind, name },
    config: { name, trainable: true, dtype: 'float32', ...config },
    inbound_nodes: [{ args: [inputs.length > 1 ? inputs.map(tensorOf) : tensorOf(inputs[0]!)], kwargs: {} }],
  });
  const conv = { filters: channels, data_format: 'channels_last', use_bias: true, activation: 'linear' };
  const layers = [
    {
      ...{ class_name: 'InputLayer', name: 'x', inbound_nodes: [] },
      config: { batch_shape: [null, ...imageSize], dtype: 'float32', sparse: false, name: 'x' },
    },
    layer('c1', 'Conv2D', ['x'], { ...conv, kernel_size: [2, 2], strides: [2, 2], padding: 'valid' }),
    layer('r1', 'Activation', ['c1'], { activation: 'relu' }),
    layer('c2', 'Conv2D', ['r1'], { ...conv, kernel_size: [3, 3], strides: [1, 1], padding: 'same' }),
    layer('sum', 'Add', ['c2', 'r1']),
    layer('last', 'Activation', ['sum'], { activation: 'relu' }),
    layer('pooled', 'GlobalAveragePooling2D', ['last'], { data_format: 'channels_last', keepdims: false }),
    layer('y', 'Dense', ['pooled'], { units: classes, activation: 'linear', use_bias: true }),
  ];
  const config = {
    ...{ name: 'functional', trainable: true, layers },
    ...{ input_layers: ['x', 0, 0], output_layers: ['y', 0, 0] },
  };
  const modelTopology = {
    ...{ keras_version: '3.15.1', backend: 'tensorflow' },
    model_config: { class_name: 'Functional', config },
  };
  return tensorflow(
    { format: 'layers-model', modelTopology },
    {
      ...{ 'c1/kernel': kernel(kernels.w1), 'c1/bias': biases.b1 },
      ...{ 'c2/kernel': kernel(kernels.w2), 'c2/bias': biases.b2 },
      ...{ 'y/kernel': head.w, 'y/bias': head.b },
    },
  );
}
