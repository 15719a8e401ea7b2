import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { describe, expect, it } from '@jest/globals';
import { TfjsBackend } from '@understory/backend-tfjs';
import { layerKinds } from '../src/layers-model/layer-kinds.ts';
import { gradientError, type Range } from './check-gradient.ts';
import { disagreement } from './engines-agree.ts';
import { engines } from './engines.ts';
import * as own from '../src/layers-model/layers/index.ts';
import { kerasFile, layersModelFile, type BytesSource, type KerasLayerSpec } from './models.ts';

type Layers = typeof tfl.layers;
type Applied = (x: SymbolicTensor, l: Layers) => SymbolicTensor;

interface Row {
  readonly what: string;
  /** The class that it is there for. */
  readonly className: string;
  readonly dims: readonly number[];
  readonly range: Range;
  readonly build: Applied;
  /** In place of what is built. */
  readonly file?: BytesSource;
}

const image = [2, 6, 5, 4];

interface Made {
  apply(inputs: SymbolicTensor | SymbolicTensor[]): unknown;
}

function row(className: string, make: (l: Layers) => Made, options: Partial<Row> = {}): Row {
  const build: Applied = (x, l) => make(l).apply(x) as SymbolicTensor;
  return { className, dims: image, range: 'any', build, ...options, what: `${className} ${options.what ?? ''}`.trim() };
}

function merging(className: string, make: (l: Layers) => Made): Row {
  const build: Applied = (x, l) =>
    make(l).apply([x, l.conv2d({ filters: 4, kernelSize: 1 }).apply(x) as SymbolicTensor]) as SymbolicTensor;
  return row(className, make, { build });
}

/** A function that Keras 3 calls, on the input and a convolution of it. */
function calling(name: string, args: readonly unknown[], config: KerasLayerSpec['config'] = {}): Row {
  const isMixed = JSON.stringify(args).includes('@mix');
  const mix = {
    name: 'mix',
    className: 'Conv2D',
    args: ['@x'],
    config: { filters: 4, kernel_size: [1, 1], use_bias: true },
  };
  const file = kerasFile({
    input: [null, ...image.slice(1)],
    weights: isMixed ? { 'mix/kernel': [1, 1, 4, 4], 'mix/bias': [4] } : {},
    layers: [
      ...(isMixed ? [mix] : []),
      { name: 'y', className: name, args, config, isFunction: true },
      { name: 'out', className: 'Add', args: ['@y', 1], isFunction: true },
    ],
  });
  return row('Operation', () => new own.Identity({}) as unknown as Made, { what: name, file });
}

const activations = [
  'elu',
  'relu',
  'relu6',
  'selu',
  'sigmoid',
  'softmax',
  'softplus',
  'softsign',
  'swish',
  'tanh',
  'mish',
];

const first = 'channelsFirst' as const;

/** Images that lie channels first. */
const channelsFirst: readonly Row[] = [
  row('Conv2D', (l) => l.conv2d({ filters: 3, kernelSize: 3, strides: 2, padding: 'same', dataFormat: first })),
  row('Conv2D', (l) => l.conv2d({ filters: 3, kernelSize: 2, dilationRate: 2, dataFormat: first })),
  row('DepthwiseConv2D', (l) => l.depthwiseConv2d({ kernelSize: 3, padding: 'same', dataFormat: first })),
  row('SeparableConv2D', (l) => l.separableConv2d({ filters: 3, kernelSize: 3, padding: 'same', dataFormat: first })),
  row('Conv2DTranspose', (l) => l.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, dataFormat: first })),
  row('MaxPooling2D', (l) => l.maxPooling2d({ poolSize: 2, strides: 1, dataFormat: first })),
  row('AveragePooling2D', (l) => l.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same', dataFormat: first })),
  row('GlobalAveragePooling2D', (l) => l.globalAveragePooling2d({ dataFormat: first }) as unknown as Made),
  row('GlobalMaxPooling2D', (l) => l.globalMaxPooling2d({ dataFormat: first }) as unknown as Made),
  row('UpSampling2D', (l) => l.upSampling2d({ size: [2, 3], dataFormat: first })),
  row('ZeroPadding2D', (l) =>
    l.zeroPadding2d({
      padding: [
        [1, 2],
        [0, 3],
      ],
      dataFormat: first,
    }),
  ),
  row('Cropping2D', (l) =>
    l.cropping2D({
      cropping: [
        [1, 1],
        [1, 0],
      ],
      dataFormat: first,
    }),
  ),
  row('Flatten', (l) => l.flatten({ dataFormat: first })),
].map((one) => ({ ...one, what: `${one.what} of images that lie channels first` }));

const rows: readonly Row[] = [
  ...activations.map((name) =>
    row('Activation', (l) => l.activation({ activation: name as 'relu' }), { what: name, dims: [3, 7] }),
  ),
  ...(['same', 'valid'] as const).flatMap((padding) => [
    row('Conv2D', (l) => l.conv2d({ filters: 3, kernelSize: 3, padding, strides: 2, activation: 'relu' }), {
      what: padding,
    }),
    row('Conv2D', (l) => l.conv2d({ filters: 3, kernelSize: 3, padding, dilationRate: 2 }), {
      what: `${padding}, dilated`,
    }),
    row('DepthwiseConv2D', (l) => l.depthwiseConv2d({ kernelSize: 3, padding, depthMultiplier: 2, strides: 2 }), {
      what: padding,
    }),
    row('SeparableConv2D', (l) => l.separableConv2d({ filters: 3, kernelSize: 3, padding }), { what: padding }),
    row('Conv2DTranspose', (l) => l.conv2dTranspose({ filters: 3, kernelSize: 3, padding, strides: 2 }), {
      what: padding,
    }),
    row('MaxPooling2D', (l) => l.maxPooling2d({ poolSize: 3, strides: 2, padding }), { what: padding }),
    row('AveragePooling2D', (l) => l.averagePooling2d({ poolSize: 3, strides: 2, padding }), { what: padding }),
  ]),
  row('Conv2D', (l) => l.conv2d({ filters: 3, kernelSize: 2, padding: 'same', strides: 3 }), {
    what: 'of 2 at every 3',
    dims: [2, 6, 8, 4],
  }),
  row('DepthwiseConv2D', (l) => l.depthwiseConv2d({ kernelSize: 2, padding: 'same', strides: 3 }), {
    what: 'of 2 at every 3',
    dims: [2, 6, 8, 4],
  }),
  row('SeparableConv2D', (l) => l.separableConv2d({ filters: 3, kernelSize: 2, padding: 'same', strides: 3 }), {
    what: 'of 2 at every 3',
    dims: [2, 6, 8, 4],
  }),
  row('Conv2DTranspose', (l) => l.conv2dTranspose({ filters: 3, kernelSize: 2, padding: 'same', strides: 3 }), {
    what: 'of 2 at every 3',
  }),
  ...channelsFirst,
  row('BatchNormalization', (l) => l.batchNormalization()),
  row('BatchNormalization', (l) => l.batchNormalization({ axis: 1 }), { what: 'of rows' }),
  row('BatchNormalization', (l) => l.batchNormalization({ axis: 3 }), { what: 'by the number of its axis' }),
  row('BatchNormalization', (l) => l.batchNormalization({ axis: 1 }), { what: 'of tokens', dims: [2, 5, 3] }),
  row('BatchNormalization', (l) => l.batchNormalization({ scale: false }), { what: 'without scale' }),
  row('BatchNormalization', (l) => l.batchNormalization({ center: false }), { what: 'without offset' }),
  row('BatchNormalization', (l) => l.batchNormalization({ scale: false, center: false, axis: 1 }), {
    what: 'of rows, with neither',
  }),
  row('LayerNormalization', (l) => l.layerNormalization() as unknown as Made, { dims: [3, 5, 6] }),
  row('Dense', (l) => l.dense({ units: 5, activation: 'sigmoid' }), { dims: [3, 7] }),
  row('Flatten', (l) => l.flatten()),
  row('Reshape', (l) => l.reshape({ targetShape: [5, 24] })),
  row('Permute', (l) => l.permute({ dims: [3, 1, 2] })),
  row('RepeatVector', (l) => l.repeatVector({ n: 3 }), { dims: [2, 5] }),
  row('ZeroPadding2D', (l) =>
    l.zeroPadding2d({
      padding: [
        [1, 2],
        [0, 3],
      ],
    }),
  ),
  row('Cropping2D', (l) =>
    l.cropping2D({
      cropping: [
        [1, 2],
        [1, 0],
      ],
    }),
  ),
  row('UpSampling2D', (l) => l.upSampling2d({ size: [2, 3] })),
  row('UpSampling2D', (l) => l.upSampling2d({ size: [2, 2], interpolation: 'bilinear' }), { what: 'bilinear' }),
  row('GlobalAveragePooling2D', (l) => l.globalAveragePooling2d({}) as unknown as Made),
  row('GlobalMaxPooling2D', (l) => l.globalMaxPooling2d({}) as unknown as Made),
  row('GlobalAveragePooling1D', (l) => l.globalAveragePooling1d({}) as unknown as Made, { dims: [2, 5, 3] }),
  row('GlobalMaxPooling1D', (l) => l.globalMaxPooling1d({}) as unknown as Made, { dims: [2, 5, 3] }),
  row('ReLU', (l) => l.reLU({ maxValue: 1 })),
  row('LeakyReLU', (l) => l.leakyReLU({ alpha: 0.2 })),
  row('PReLU', (l) => l.prelu({ sharedAxes: [1, 2] })),
  row('ELU', (l) => l.elu()),
  row('ThresholdedReLU', (l) => l.thresholdedReLU({ theta: 0.5 })),
  row('Softmax', (l) => l.softmax({ axis: -1 })),
  row('Dropout', (l) => l.dropout({ rate: 0.5 })),
  row('SpatialDropout1D', (l) => l.spatialDropout1d({ rate: 0.5 }) as unknown as Made, { dims: [2, 5, 3] }),
  row('AlphaDropout', (l) => l.alphaDropout({ rate: 0.5 })),
  row('GaussianDropout', (l) => l.gaussianDropout({ rate: 0.5 })),
  row('GaussianNoise', (l) => l.gaussianNoise({ stddev: 1 })),
  row('Rescaling', () => new own.Rescaling({ scale: [1, 2, 0.5, -1], offset: [0, 1, 2, 3] }) as unknown as Made, {
    what: 'by channels',
  }),
  row('Normalization', () => new own.Normalization({ mean: [0, 1, 2, 3], variance: [1, 2, 3, 4] }) as unknown as Made),
  row('Normalization', () => new own.Identity({}) as unknown as Made, {
    what: 'by weights',
    file: kerasFile({
      input: [null, ...image.slice(1)],
      layers: [{ name: 'y', className: 'Normalization', args: ['@x'], config: { axis: [-1] } }],
      weights: { 'y/mean': [4], 'y/variance': [4] },
    }),
  }),
  row('GroupNormalization', () => new own.GroupNormalization({ groups: 2 }) as unknown as Made),
  row('LayerScale', () => new own.LayerScale({}) as unknown as Made),
  row('Identity', () => new own.Identity({}) as unknown as Made),
  row(
    'RectifiedLinear',
    () => new own.RectifiedLinear({ maxValue: 1, negativeSlope: 0.2, threshold: 0.3 }) as unknown as Made,
  ),
  row('ELU', () => new own.Elu({ alpha: 0.4 }) as unknown as Made, { what: 'with alpha' }),
  row(
    'CentredUpSampling2D',
    () => new own.CentredUpSampling2D({ size: [2, 3], interpolation: 'bilinear' }) as unknown as Made,
  ),
  row('CentredResizing', () => new own.CentredResizing({ height: 9, width: 4 }) as unknown as Made),
  row('GlobalAveragePooling2D', () => new own.GlobalAveragePooling2D({ keepdims: true }) as unknown as Made, {
    what: 'that keeps its axes',
  }),
  row('GlobalMaxPooling2D', () => new own.GlobalMaxPooling2D({ keepdims: true }) as unknown as Made, {
    what: 'that keeps its axes',
  }),
  merging('Subtract', () => new own.Subtract({}) as unknown as Made),
  merging('CustomScaleLayer', () => new own.CustomScaleLayer({ scale: 0.3 }) as unknown as Made),
  ...[
    'Elu',
    'Erf',
    'Exp',
    'Gelu',
    'HardSilu',
    'HardSigmoid',
    'LeakyRelu',
    'Negative',
    'Relu6',
    'Silu',
    'Sigmoid',
    'Tanh',
  ].map((name) => calling(name, ['@x'])),
  ...['Add', 'Subtract', 'Multiply', 'Maximum', 'Minimum', 'TrueDivide'].map((name) => calling(name, ['@mix', 0.31])),
  calling('Multiply', ['@x', '@mix']),
  calling('Concatenate', [['@x', '@mix']], { axis: -1 }),
  calling('GetItem', [
    '@x',
    [
      { class_name: '__slice__', config: { start: null, stop: null, step: null } },
      { class_name: '__slice__', config: { start: 1, stop: -1, step: 2 } },
      { class_name: '__slice__', config: { start: null, stop: null, step: null } },
      2,
    ],
  ]),
  calling('Pad', ['@x'], {
    pad_width: [
      [0, 0],
      [1, 2],
      [0, 1],
      [0, 0],
    ],
    mode: 'constant',
  }),
  calling('Mean', ['@x'], { axis: [1, 2], keepdims: true }),
  calling('Max', ['@x'], { axis: [1], keepdims: false }),
  calling('Transpose', ['@x'], { axes: [0, 3, 1, 2] }),
  calling('Reshape', ['@x'], { newshape: [-1, 30, 4] }),
  calling('Softmax', ['@x'], { axis: 1 }),
  calling('Clip', ['@x', -0.71, 0.83]),
  row('Rescaling', (l) => l.rescaling({ scale: 0.5, offset: 1 }) as unknown as Made),
  merging('Add', (l) => l.add()),
  merging('Average', (l) => l.average()),
  merging('Concatenate', (l) => l.concatenate()),
  merging('Maximum', (l) => l.maximum()),
  merging('Minimum', (l) => l.minimum()),
  merging('Multiply', (l) => l.multiply()),
  row('Dot', (l) => l.dot({ axes: 1 }), {
    dims: [2, 6],
    build: (x, l) => l.dot({ axes: 1 }).apply([x, l.dense({ units: 6 }).apply(x) as SymbolicTensor]) as SymbolicTensor,
  }),
];

describe.each(engines)('gradients on %s', (engine) => {
  it.each(rows)('of $what agree with finite differences', async ({ dims, range, build, file: given }) => {
    const built = (l: Layers) => {
      const inputs = tfl.input({ shape: dims.slice(1) });
      return { inputs, outputs: build(inputs, l) };
    };
    const file = given ?? (await layersModelFile(built));
    const model = await new TfjsBackend().open(file, { devices: [engine] });
    expect(await gradientError(model, dims, range)).toBeLessThan(0.01);
    await model.close();
  });
});

it.each(rows)('values of $what are the same on every engine', async ({ dims, range, build }) => {
  const file = await layersModelFile((l) => {
    const inputs = tfl.input({ shape: dims.slice(1) });
    return { inputs, outputs: build(inputs, l) };
  });
  for (const [engine, distance] of Object.entries(await disagreement(file, dims, range))) {
    expect({ engine, isClose: distance < 1e-4 }).toEqual({ engine, isClose: true });
  }
});

it('has a row for every layer that is said to have a gradient', () => {
  const checked = new Set(rows.map(({ className }) => className));
  const said = Object.entries(layerKinds).flatMap(([name, { passage }]) => (passage === 'passes' ? [name] : []));
  expect(said.filter((name) => !checked.has(name))).toEqual([]);
});
