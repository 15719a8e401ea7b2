import { convolution, elementwise, globalPool, imageAxis, keepingChannels, pooling } from '../onnx-view/operations.ts';
import { writeActivation, writeClip } from './activations.ts';
import { broadcastNormalization } from './broadcast-normalization.ts';
import { dilatedConvolution } from './dilated-convolution.ts';
import type { LayerKind, LayerUse } from './layer-kind.ts';
import { separableConvolution } from './separable-convolution.ts';

const identity: LayerKind = {
  passage: 'passes',
  write: ({ view, inputs, output }) => void elementwise(view, 'Identity', inputs, output),
};

const refused: LayerKind = { passage: 'refused' };

/** The classes of layers that are known; of others nothing is known but that TensorFlow.js computes them. */
export const layerKinds: Readonly<Record<string, LayerKind>> = {
  Activation: {
    passage: 'passes',
    write: ({ view, inputs: [x = ''], output, config }) => writeActivation(view, activationOf(config), x, output),
  },
  Add: merge('Sum'),
  AlphaDropout: identity,
  Average: merge('Mean'),
  AveragePooling2D: pool('AveragePool'),
  BatchNormalization: {
    passage: 'passes',
    replaces: broadcastNormalization,
    write: ({ view, inputs: [x = ''], output, config, weight }) => {
      const channels = Number(config['axis'] ?? -1);
      const names = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map((ending) => weight(ending));
      const [gamma, beta, mean, variance] = names;
      const size = () => (mean ?? variance)!.value()!.dims[0]!;
      const filled = (ending: string, value: number) =>
        view.weight(`${output}/${ending}`, () => ({
          type: 'float32',
          dims: [size()],
          data: new Float32Array(size()).fill(value),
        }));
      const named = (one: typeof gamma) => one && view.weight(one.name, one.value);
      const parts = [
        named(gamma) ?? filled('gamma', 1),
        named(beta) ?? filled('beta', 0),
        named(mean) ?? filled('mean', 0),
        named(variance) ?? filled('variance', 1),
      ];
      const attributes = { epsilon: Number(config['epsilon'] ?? 1e-3) };
      const isLast = channels === -1 || channels === (view.rank(x) ?? 4) - 1;
      if (view.rank(x) === 4 && isLast)
        view.image('BatchNormalization', [view.asImage(x), ...parts], output, attributes);
      else view.node('BatchNormalization', [view.asFile(x), ...parts], output, attributes);
    },
  },
  Bidirectional: refused,
  Concatenate: {
    passage: 'passes',
    write: ({ view, inputs, output, config }) => {
      const axis = Number(config['axis'] ?? -1);
      if (inputs.some((name) => view.images.has(name))) {
        view.image(
          'Concat',
          inputs.map((name) => view.asImage(name)),
          output,
          { axis: imageAxis(axis) },
        );
      } else view.node('Concat', inputs, output, { axis });
    },
  },
  CentredResizing: keeping('CentredResizing'),
  CentredUpSampling2D: keeping('CentredUpSampling2D'),
  Conv1D: refused,
  Conv2D: {
    passage: 'passes',
    replaces: dilatedConvolution,
    write: (use) => writeConvolution(use, 'kernel', 'plain'),
  },
  Conv2DTranspose: {
    passage: 'passes',
    write: (use) => writeConvolution(use, 'kernel', 'transposed'),
  },
  Conv3D: refused,
  Cropping2D: keeping('Cropping2D'),
  CustomScaleLayer: keeping('CustomScaleLayer'),
  Dense: {
    passage: 'passes',
    write: ({ view, inputs: [x = ''], output, weight }) => {
      const kernel = weight('kernel');
      const bias = weight('bias');
      const matrix = kernel === undefined ? '' : view.weight(kernel.name, kernel.value);
      if (bias === undefined) return void view.node('MatMul', [view.asFile(x), matrix], output);
      const product = view.node('MatMul', [view.asFile(x), matrix], `${output}/MatMul`);
      return void view.node('Add', [product, view.weight(bias.name, bias.value)], output);
    },
  },
  DepthwiseConv2D: {
    passage: 'passes',
    write: (use) => writeConvolution(use, 'depthwise_kernel', 'depthwise'),
    unsupported: ({ dilationRate }) =>
      [dilationRate ?? 1].flat().some((rate) => rate !== 1)
        ? 'a dilation rate, which TensorFlow.js passes over in this layer'
        : undefined,
  },
  Dot: { passage: 'passes' },
  Dropout: identity,
  ELU: {
    passage: 'passes',
    write: ({ view, inputs, output, config }) =>
      void elementwise(view, 'Elu', inputs, output, { alpha: Number(config['alpha'] ?? 1) }),
  },
  Embedding: {
    passage: 'stops',
    unsupported: ({ maskZero }) => (maskZero === true ? 'a mask, which this backend does not hand on' : undefined),
  },
  Flatten: {
    passage: 'passes',
    write: ({ view, inputs: [x = ''], output }) => void view.node('Flatten', [view.asFile(x)], output, { axis: 1 }),
  },
  GaussianDropout: identity,
  GaussianNoise: identity,
  GlobalAveragePooling1D: alongTokens('ReduceMean'),
  GlobalAveragePooling2D: globally('Average'),
  GlobalMaxPooling1D: alongTokens('ReduceMax'),
  GlobalMaxPooling2D: globally('Max'),
  GroupNormalization: keeping('GroupNormalization'),
  Identity: identity,
  LayerNormalization: keeping('LayerNormalization'),
  LayerScale: keeping('LayerScale'),
  LeakyReLU: {
    passage: 'passes',
    write: ({ view, inputs, output, config }) =>
      void elementwise(view, 'LeakyRelu', inputs, output, { alpha: Number(config['alpha'] ?? 0.3) }),
  },
  Masking: { passage: 'refused', unsupported: () => 'a mask, which this backend does not hand on' },
  MaxPooling2D: pool('MaxPool'),
  Maximum: merge('Max'),
  Minimum: merge('Min'),
  Multiply: merge('Mul'),
  Normalization: keeping('Normalization'),
  Operation: {
    passage: 'passes',
    write: ({ view, inputs, output, config }) => {
      const operator = String(config['operator']);
      if (elementwiseOperators.has(operator)) elementwise(view, operator, inputs, output);
      else if (channelsStay.has(operator)) keepingChannels(view, operator, inputs, output);
    },
  },
  PReLU: keeping('PReLU'),
  Permute: {
    passage: 'passes',
    write: ({ view, inputs: [x = ''], output, config }) =>
      void view.node('Transpose', [view.asFile(x)], output, { perm: [0, ...(config['dims'] as number[])] }),
  },
  ReLU: {
    passage: 'passes',
    write: ({ view, inputs: [x = ''], output, config }) => {
      const { maxValue } = config;
      if (typeof maxValue === 'number') writeClip(view, x, output, 0, maxValue);
      else elementwise(view, 'Relu', [x], output);
    },
  },
  RectifiedLinear: keeping('RectifiedLinear'),
  RepeatVector: { passage: 'passes' },
  Rescaling: keeping('Rescaling'),
  Reshape: {
    passage: 'passes',
    write: ({ view, inputs: [x = ''], output, config }) => {
      const shape = (config['targetShape'] as readonly (number | null)[]).map((size) => size ?? -1);
      void view.node('Reshape', [view.asFile(x), view.integers(`${output}/shape`, [0, ...shape])], output);
    },
  },
  SeparableConv2D: {
    passage: 'passes',
    replaces: separableConvolution,
    write: (use) => {
      const { view, output, config, weight } = use;
      writeConvolution(
        { ...use, output: `${output}/depthwise`, weight: withoutBias(weight) },
        'depthwise_kernel',
        'depthwise',
      );
      const plain = { ...config, strides: [1, 1], padding: 'valid', dilationRate: [1, 1] };
      writeConvolution({ ...use, view, inputs: [`${output}/depthwise`], config: plain }, 'pointwise_kernel', 'plain');
    },
  },
  Softmax: {
    passage: 'passes',
    write: ({ view, inputs: [x = ''], output, config }) => {
      const axis = Number(config['axis'] ?? -1);
      elementwise(view, 'Softmax', [x], output, { axis: view.images.has(x) ? imageAxis(axis) : axis });
    },
  },
  SpatialDropout1D: identity,
  Subtract: merge('Sub'),
  ThresholdedReLU: {
    passage: 'passes',
    write: ({ view, inputs, output, config }) =>
      void elementwise(view, 'ThresholdedRelu', inputs, output, { alpha: Number(config['theta'] ?? 1) }),
  },
  UpSampling2D: {
    passage: 'passes',
    write: ({ view, inputs: [x = ''], output, config }) => {
      const [rows = 2, columns = 2] = config['size'] as readonly number[];
      const scales = view.weight(`${output}/scales`, () => ({
        type: 'float32',
        dims: [4],
        data: Float32Array.of(1, 1, rows, columns),
      }));
      const mode = config['interpolation'] === 'bilinear' ? 'linear' : 'nearest';
      void view.image('Resize', [view.asImage(x), '', scales], output, {
        mode,
        coordinate_transformation_mode: 'asymmetric',
      });
    },
  },
  ZeroPadding2D: {
    passage: 'passes',
    write: ({ view, inputs: [x = ''], output, config }) => {
      const [[top = 0, bottom = 0] = [], [left = 0, right = 0] = []] = config[
        'padding'
      ] as readonly (readonly number[])[];
      const pads = view.integers(`${output}/pads`, [0, 0, top, left, 0, 0, bottom, right]);
      void view.image('Pad', [view.asImage(x), pads], output);
    },
  },
};

/** Functions between layers that leave every element where it is. */
const elementwiseOperators = new Set(
  (
    'Abs Add Cos Div Elu Erf Exp Gelu HardSigmoid HardSwish Identity LeakyRelu Log Max Min Mul Neg Relu Relu6 Selu Sigmoid Sin ' +
    'Softplus Sqrt Sub Swish Tanh'
  ).split(' '),
);

const channelsStay = new Set(['Clip', 'Concat', 'DepthToSpace', 'Pad', 'Slice']);

function keeping(operator: string): LayerKind {
  return {
    passage: 'passes',
    write: ({ view, inputs, output }) => void keepingChannels(view, operator, inputs, output),
  };
}

function activationOf({ activation }: LayerUse['config']): string {
  const name = typeof activation === 'string' ? activation : String((activation as { className?: unknown })?.className);
  // Configurations are written as Keras writes them.
  return name.includes('_') && name !== 'gelu_new'
    ? name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
    : name;
}

function merge(operator: string): LayerKind {
  return {
    passage: 'passes',
    write: ({ view, inputs, output }) => {
      // ONNX adds any number; what has two operands goes by pairs.
      if (operator !== 'Mul' || inputs.length === 2) return void elementwise(view, operator, inputs, output);
      const last = inputs.slice(1).reduce((left, right, at) => {
        const name = at === inputs.length - 2 ? output : `${output}/${at}`;
        return elementwise(view, operator, [left, right], name);
      }, inputs[0]!);
      return void last;
    },
  };
}

function pool(operator: 'MaxPool' | 'AveragePool'): LayerKind {
  return {
    passage: 'passes',
    write: ({ view, inputs: [x = ''], output, config }) => {
      const size = config['poolSize'] as readonly number[];
      const strides = config['strides'] as readonly number[];
      void pooling(view, operator, x, output, size, { strides, padding: String(config['padding']) });
    },
  };
}

function alongTokens(operator: 'ReduceMean' | 'ReduceMax'): LayerKind {
  return {
    passage: 'passes',
    write: ({ view, inputs, output, config }) => {
      const axes = [config['dataFormat'] === 'channelsFirst' ? 2 : 1];
      void view.node(operator, inputs, output, { axes, keepdims: config['keepdims'] === true ? 1 : 0 });
    },
  };
}

function globally(kind: 'Average' | 'Max'): LayerKind {
  return {
    passage: 'passes',
    write: ({ view, inputs: [x = ''], output, config }) =>
      void globalPool(view, kind, x, output, config['keepDims'] === true || config['keepdims'] === true),
  };
}

function writeConvolution(use: LayerUse, kernelName: string, kind: 'plain' | 'depthwise' | 'transposed'): void {
  const {
    view,
    inputs: [x = ''],
    output,
    config,
    weight,
  } = use;
  const kernel = weight(kernelName);
  const bias = weight('bias');
  if (kernel === undefined) return;
  const dilations = [config['dilationRate'] ?? 1].flat() as number[];
  const window = {
    strides: config['strides'] as readonly number[],
    dilations: dilations.length === 1 ? [dilations[0]!, dilations[0]!] : dilations,
    padding: String(config['padding']),
  };
  convolution(view, x, kernel, output, kind, window, bias && view.weight(bias.name, bias.value));
}

function withoutBias(weight: LayerUse['weight']): LayerUse['weight'] {
  return (ending) => (ending === 'bias' ? undefined : weight(ending));
}
