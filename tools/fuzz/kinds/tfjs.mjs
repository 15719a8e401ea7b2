// cspell:ignore FNRQ DSVQ
import { graphModel, layersModel } from '../bases/tfjs-networks.mjs';
import { pictureFolder, plainPicture } from '../bases/pictures.mjs';
import { modelCommand } from '../commands.mjs';
import { mutateBytes } from '../mutate-bytes.mjs';
import { mutateJson } from '../mutate-json.mjs';
import { names, realNumbers } from '../special-values.mjs';

export const name = 'tfjs';

const operations = (
  'Relu Relu6 Elu Sigmoid Tanh Softmax LogSoftmax Conv2D DepthwiseConv2dNative _FusedConv2D MaxPool AvgPool Mean Max Sum Prod ArgMax ' +
  'AddV2 Sub Mul RealDiv Pow MatMul BatchMatMulV2 Reshape Transpose Squeeze ExpandDims Pad PadV2 MirrorPad ConcatV2 Split StridedSlice ' +
  'GatherV2 GatherNd Tile Cast Shape Fill Range Where Select If While NoOp Identity Placeholder Const ResizeBilinear TopKV2 OneHot Einsum ' +
  'FusedBatchNormV3 Switch Merge Enter Exit TensorArrayV3 TensorListReserve HashTableV2 StatelessIf NonMaxSuppressionV5 Unknown'
).split(' ');

const layerClasses = (
  'Conv2D Conv2DTranspose DepthwiseConv2D SeparableConv2D Dense Flatten Activation ReLU LeakyReLU PReLU Softmax MaxPooling2D ' +
  'AveragePooling2D GlobalMaxPooling2D GlobalAveragePooling2D BatchNormalization LayerNormalization Dropout Reshape Permute ' +
  'ZeroPadding2D Cropping2D UpSampling2D Add Concatenate Lambda InputLayer LSTM Embedding TimeDistributed Model Functional NoSuchLayer'
).split(' ');

const structured = {
  json: (base, draw) => {
    const { text, done } = mutateJson(base.json, draw);
    return { ...base, json: text, done };
  },
  weights: (base, draw) => {
    const { bytes, done } = mutateBytes(base.weights, draw);
    return { ...base, weights: bytes, done: `weights ${done}` };
  },
  values: (base, draw) => {
    const weights = base.weights.slice();
    const view = new DataView(weights.buffer);
    const value = draw.pick(realNumbers);
    for (let at = 0; at + 4 <= weights.length; at += 4) if (draw.chance(0.05)) view.setFloat32(at, value, true);
    return { ...base, weights, done: `weights of ${value}` };
  },
  text: (base, draw) => {
    const { bytes, done } = mutateBytes(new TextEncoder().encode(JSON.stringify(base.json)), draw);
    return { ...base, json: bytes, done: `text ${done}` };
  },
  node: (base, draw) => {
    const json = structuredClone(base.json);
    const nodes = json.modelTopology.node;
    if (nodes === undefined) {
      const { layers } = json.modelTopology.model_config.config;
      const chosen = draw.pick(layers);
      const change = draw.pick([
        () => (chosen.class_name = draw.pick(layerClasses)),
        () => layers.splice(layers.indexOf(chosen), 1),
        () => layers.push(chosen),
        () => (chosen.config.name = draw.pick(names)),
        () => (chosen.config.activation = draw.pick(['gelu', 'elu', 'softmax', 'linear', ...names])),
        () => (chosen.config.kernel_size = draw.pick([[0, 0], [1], [9, 9], [100, 100], 3, 'x', [-1, 3]])),
        () => (chosen.config.strides = draw.pick([[0, 0], [1], [9, 9], 2, [-1, 1], [1e9, 1e9]])),
        () => (chosen.config.pool_size = draw.pick([[0, 0], [9, 9], [100, 100], 3, [-1, 1]])),
        () => (chosen.config.padding = draw.pick(['valid', 'same', 'causal', 'x'])),
        () => (chosen.config.filters = draw.pick([0, -1, 1e9, 7, 1.5])),
        () => (chosen.config.units = draw.pick([0, -1, 1e9, 7, 1.5])),
        () => (chosen.config.dilation_rate = draw.pick([[2, 2], [0, 0], [50, 50], 3])),
        () => (chosen.config.data_format = draw.pick(['channels_first', 'x'])),
        () => (chosen.config.axis = draw.pick([0, -1, 1, 9, [1], 'x'])),
      ]);
      change();
    } else {
      const chosen = draw.pick(nodes);
      const numbers = () => ({
        list: {
          i: Array.from({ length: draw.integer(0, 5) }, () =>
            draw.pick(['0', '1', '2', '9', '-1', '100', '9007199254740993']),
          ),
        },
      });
      const change = draw.pick([
        () => (chosen.op = draw.pick(operations)),
        () => nodes.splice(nodes.indexOf(chosen), 1),
        () => nodes.push(chosen),
        () => (chosen.name = draw.pick(names)),
        () => (chosen.input = [...(chosen.input ?? []), draw.pick(nodes).name]),
        () => (chosen.input = [chosen.name]),
        () => (chosen.input = [`${draw.pick(nodes).name}:${draw.pick([1, 99, -1])}`, ...(chosen.input ?? []).slice(1)]),
        () => chosen.input?.pop(),
        () => (chosen.attr = { ...chosen.attr, strides: numbers() }),
        () => (chosen.attr = { ...chosen.attr, ksize: numbers() }),
        () => (chosen.attr = { ...chosen.attr, dilations: numbers() }),
        () => (chosen.attr = { ...chosen.attr, padding: { s: draw.pick(['', 'U0FNRQ==', 'RVhQTElDSVQ=', '***']) } }),
        () => delete chosen.attr,
        () => (chosen.input = draw.some(chosen.input ?? [], 99)),
      ]);
      change();
    }
    return { ...base, json: JSON.stringify(json), done: 'node' };
  },
  manifest: (base, draw) => {
    const json = structuredClone(base.json);
    const [group] = json.weightsManifest;
    const chosen = draw.pick(group.weights);
    const change = draw.pick([
      () =>
        (chosen.shape = draw.pick([
          [],
          [0],
          [-1],
          [1e9, 1e9],
          [2.5],
          ['3'],
          [...chosen.shape].reverse(),
          [...chosen.shape, 1],
        ])),
      () => (chosen.dtype = draw.pick(['int32', 'bool', 'float16', 'complex64', 'string', 'uint8', 'x', null])),
      () =>
        (chosen.quantization = draw.pick([
          { dtype: 'uint8', scale: 0.1, min: -1 },
          { dtype: 'float16' },
          {},
          { dtype: 'uint8', scale: NaN, min: 0 },
        ])),
      () => (chosen.name = draw.pick([...names, group.weights[0].name])),
      () => group.weights.pop(),
      () => group.weights.push(chosen),
      () =>
        (group.paths = draw.pick([
          [],
          ['missing.bin'],
          ['../weights.bin'],
          ['/etc/passwd'],
          ['weights.bin', 'weights.bin'],
          ['.'],
          ['/dev/zero'],
          ['http://localhost:9/x'],
          [''],
          [...names],
        ])),
      () => json.weightsManifest.push(group),
      () => (json.format = draw.pick(['graph-model', 'layers-model', '', null, 'x'])),
    ]);
    change();
    return { ...base, json: JSON.stringify(json), done: 'manifest' };
  },
};

/** A network of TensorFlow.js with a fault, and a command on it. */
export async function make(draw) {
  const isGraph = draw.chance(0.5);
  const base = isGraph ? graphModel() : layersModel();
  const way = draw.weighted({ json: 4, weights: 1, values: 1, text: 1, node: 4, manifest: 3 });
  const { json, weights, done } = structured[way](base, draw);
  const [model, size] = ['network/model.json', draw.chance(0.9) ? 8 : draw.pick([2, 4, 9])];
  const command = modelCommand(draw, {
    ...{ model, picture: 'picture.png', folder: 'photos', size, mayTakeOtherBackend: false },
    ...{ output: isGraph ? 'add' : 'scores', input: isGraph ? 'x' : 'c1_input' },
  });
  return {
    title: `${isGraph ? 'graph' : 'layers'}: ${done}`,
    files: {
      'network/model.json': json,
      'network/weights.bin': weights,
      'picture.png': await plainPicture(),
      ...(await pictureFolder('photos')),
    },
    steps: [{ argv: [...command, '--device', draw.pick(['cpu', 'cpu', 'wasm'])] }],
  };
}
