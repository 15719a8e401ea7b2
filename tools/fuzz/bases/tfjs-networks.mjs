import { seededRandom } from '@understory/core';

const ints = (...values) => ({ list: { i: values.map(String) } });
const text = (value) => ({ s: Buffer.from(value).toString('base64') });
const texts = (...values) => ({ list: { s: values.map((value) => Buffer.from(value).toString('base64')) } });

function weightsOf(specs) {
  const random = seededRandom('fuzz weights of TensorFlow.js');
  const parts = specs.map(({ shape, dtype, values }) => {
    const length = shape.reduce((size, dim) => size * dim, 1);
    const numbers = values ?? Array.from({ length }, () => random.normal() * 0.4);
    return Buffer.from((dtype === 'int32' ? Int32Array.from(numbers) : Float32Array.from(numbers)).buffer);
  });
  return new Uint8Array(Buffer.concat(parts));
}

function files(json, specs) {
  const weights = specs.map(({ name, shape, dtype = 'float32' }) => ({ name, shape, dtype }));
  return { json: { ...json, weightsManifest: [{ paths: ['weights.bin'], weights }] }, weights: weightsOf(specs) };
}

/** A graph model as the converter writes one, of pictures of 8 x 8: its JSON and the bytes of `weights.bin`. */
export function graphModel() {
  const conv = {
    strides: ints(1, 1, 1, 1),
    padding: text('SAME'),
    data_format: text('NHWC'),
    dilations: ints(1, 1, 1, 1),
  };
  const fused = { ...conv, fused_ops: texts('BiasAdd', 'Relu'), num_args: { i: '1' }, epsilon: { f: 0 } };
  const specs = [
    { name: 'stem/w', shape: [3, 3, 3, 6] },
    { name: 'stem/b', shape: [6] },
    { name: 'mix/w', shape: [3, 3, 6, 6] },
    { name: 'head/w', shape: [6, 4] },
    { name: 'head/b', shape: [4] },
    { name: 'axes', shape: [2], dtype: 'int32', values: [1, 2] },
  ];
  const consts = specs.map(({ name, shape, dtype }) => ({
    ...{ name, op: 'Const' },
    attr: {
      dtype: { type: dtype === 'int32' ? 'DT_INT32' : 'DT_FLOAT' },
      value: {
        tensor: {
          dtype: dtype === 'int32' ? 'DT_INT32' : 'DT_FLOAT',
          tensorShape: { dim: shape.map((size) => ({ size: `${size}` })) },
        },
      },
    },
  }));
  const node = [
    {
      ...{ name: 'x', op: 'Placeholder' },
      attr: {
        shape: { shape: { dim: [-1, 8, 8, 3].map((size) => ({ size: `${size}` })) } },
        dtype: { type: 'DT_FLOAT' },
      },
    },
    ...consts,
    { name: 'stem', op: '_FusedConv2D', input: ['x', 'stem/w', 'stem/b'], attr: fused },
    {
      name: 'pool',
      op: 'MaxPool',
      input: ['stem'],
      attr: { ksize: ints(1, 2, 2, 1), strides: ints(1, 2, 2, 1), padding: text('VALID') },
    },
    { name: 'mix', op: 'Conv2D', input: ['pool', 'mix/w'], attr: conv },
    { name: 'act', op: 'Tanh', input: ['mix'] },
    { name: 'gap', op: 'Mean', input: ['act', 'axes'], attr: { keep_dims: { b: false } } },
    {
      name: 'mul',
      op: 'MatMul',
      input: ['gap', 'head/w'],
      attr: { transpose_a: { b: false }, transpose_b: { b: false } },
    },
    { name: 'add', op: 'AddV2', input: ['mul', 'head/b'] },
    { name: 'probabilities', op: 'Softmax', input: ['add'] },
  ];
  return files(
    { format: 'graph-model', generatedBy: 'fuzz', modelTopology: { node, versions: { producer: 1 } } },
    specs,
  );
}

/** A layers model as Keras 2 writes one, of pictures of 8 x 8. */
export function layersModel() {
  const layer = (class_name, config) => ({ class_name, config: { trainable: true, ...config } });
  const conv = { kernel_size: [3, 3], strides: [1, 1], padding: 'same', data_format: 'channels_last', use_bias: true };
  const layers = [
    layer('Conv2D', {
      ...conv,
      name: 'c1',
      filters: 6,
      activation: 'relu',
      batch_input_shape: [null, 8, 8, 3],
      dtype: 'float32',
    }),
    layer('MaxPooling2D', { name: 'p1', pool_size: [2, 2], strides: [2, 2], padding: 'valid' }),
    layer('BatchNormalization', { name: 'n1', axis: 3, momentum: 0.99, epsilon: 0.001, center: true, scale: true }),
    layer('Conv2D', { ...conv, name: 'c2', filters: 6, activation: 'tanh' }),
    layer('GlobalAveragePooling2D', { name: 'gap' }),
    layer('Dropout', { name: 'drop', rate: 0.5 }),
    layer('Dense', { name: 'scores', units: 4, activation: 'softmax', use_bias: true }),
  ];
  const ones = Array(6).fill(1);
  const specs = [
    { name: 'c1/kernel', shape: [3, 3, 3, 6] },
    { name: 'c1/bias', shape: [6] },
    { name: 'n1/gamma', shape: [6], values: ones },
    { name: 'n1/beta', shape: [6] },
    { name: 'n1/moving_mean', shape: [6] },
    { name: 'n1/moving_variance', shape: [6], values: ones },
    { name: 'c2/kernel', shape: [3, 3, 6, 6] },
    { name: 'c2/bias', shape: [6] },
    { name: 'scores/kernel', shape: [6, 4] },
    { name: 'scores/bias', shape: [4] },
  ];
  const model_config = { class_name: 'Sequential', config: { name: 'fuzz', layers } };
  const modelTopology = { keras_version: '2.4.0', backend: 'tensorflow', model_config };
  return files({ format: 'layers-model', generatedBy: 'fuzz', modelTopology }, specs);
}
