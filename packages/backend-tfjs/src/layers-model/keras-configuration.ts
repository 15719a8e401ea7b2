import { errors } from '../errors.ts';

type Fields = Readonly<Record<string, unknown>>;

interface LayerEntry {
  readonly class_name: string;
  readonly name?: string;
  readonly config: Fields;
  readonly inbound_nodes?: readonly unknown[];
  readonly [key: string]: unknown;
}

/**
 * A topology in which layers say what they are in the words that TensorFlow.js reads: of what newer versions of Keras write, it
 * drops the rest without a word. Throws OPERATOR_UNSUPPORTED for what it has no words for.
 */
export function readableTopology(topology: Fields, model: string): Fields {
  const version = Number.parseInt(String(topology['keras_version'] ?? ''), 10);
  return read(topology, (layer, isListed) => {
    const refusal = refusalOf(layer, version, isListed);
    if (refusal === undefined) return readableLayer(layer);
    const name = String(layer.config['name'] ?? layer.name ?? '');
    throw errors.unsupported({ what: `the layer ${layer.class_name} "${name}"`, model, detail: refusal });
  }) as Fields;
}

type ReadLayer = (layer: LayerEntry, isListed: boolean) => readonly LayerEntry[];

/** Layers lie in lists; one that lies by itself belongs to a layer around it. */
function read(value: unknown, layerOf: ReadLayer): unknown {
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown): readonly unknown[] =>
      isLayer(item) ? layerOf(within(item, layerOf), true) : [read(item, layerOf)],
    );
  }
  if (isLayer(value)) return layerOf(within(value, layerOf), false)[0];
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]: [string, unknown]) => [key, read(item, layerOf)]));
}

function within(layer: LayerEntry, layerOf: ReadLayer): LayerEntry {
  return { ...layer, config: read(layer.config, layerOf) as Fields };
}

function isLayer(value: unknown): value is LayerEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { class_name: className, config } = value as Partial<LayerEntry>;
  return typeof className === 'string' && typeof config === 'object' && config !== null && !Array.isArray(config);
}

const pooled: Readonly<Record<string, (channelsFirst: boolean) => readonly number[]>> = {
  GlobalAveragePooling1D: () => [1, -1],
  GlobalMaxPooling1D: () => [1, -1],
  GlobalAveragePooling2D: (channelsFirst) => (channelsFirst ? [-1, 1, 1] : [1, 1, -1]),
  GlobalMaxPooling2D: (channelsFirst) => (channelsFirst ? [-1, 1, 1] : [1, 1, -1]),
};

function readableLayer(layer: LayerEntry): readonly LayerEntry[] {
  const { class_name: className, config } = layer;
  if (className === 'LeakyReLU' && config['alpha'] === undefined && config['negative_slope'] !== undefined) {
    return [{ ...layer, config: { ...config, alpha: config['negative_slope'] } }];
  }
  if (className === 'ReLU') {
    const [slope, threshold] = [numberOf(config['negative_slope']), numberOf(config['threshold'])];
    if (slope !== 0) return [{ ...layer, class_name: 'LeakyReLU', config: { ...config, alpha: slope } }];
    if (threshold !== 0) return [{ ...layer, class_name: 'ThresholdedReLU', config: { ...config, theta: threshold } }];
  }
  const shape = pooled[className];
  return shape !== undefined && config['keepdims'] === true
    ? keepingAxes(layer, shape(config['data_format'] === 'channels_first'))
    : [layer];
}

/** The pooling under a name of its own, and what gives its result back the axes that it had. */
function keepingAxes(layer: LayerEntry, shape: readonly number[]): readonly LayerEntry[] {
  const { config, inbound_nodes: uses } = layer;
  const name = String(config['name'] ?? layer.name);
  const inner = `${name}/pool`;
  const named = (own: string) => (layer.name === undefined ? {} : { name: own });
  return [
    { ...layer, ...named(inner), config: { ...config, name: inner } },
    {
      class_name: 'Reshape',
      ...named(name),
      config: { name, trainable: false, target_shape: shape },
      ...(uses && { inbound_nodes: uses.map((_, at) => [[inner, at, 0, {}]]) }),
    },
  ];
}

function refusalOf(
  { class_name: className, config }: LayerEntry,
  version: number,
  isListed: boolean,
): string | undefined {
  const isSet = (value: unknown, plain: number) =>
    [value ?? plain].flat().some((one) => one !== null && Number(one) !== plain);
  if (config['activation'] === 'hard_sigmoid' && version >= 3) {
    return 'the activation hard_sigmoid of Keras 3, for which TensorFlow.js computes that of Keras 2';
  }
  switch (className) {
    case 'ReLU': {
      const parts = ['negative_slope', 'threshold', 'max_value'].filter((key) =>
        key === 'max_value' ? typeof config[key] === 'number' : numberOf(config[key]) !== 0,
      );
      return parts.length > 1 ? `${parts.join(' and ')} together, which TensorFlow.js does not compute` : undefined;
    }
    case 'Conv1D':
    case 'Conv2D':
      return isSet(config['groups'], 1) ? 'groups, which TensorFlow.js passes over' : undefined;
    case 'Conv2DTranspose':
      if (isSet(config['dilation_rate'], 1)) return 'a dilation rate, which TensorFlow.js passes over in this layer';
      return config['output_padding'] === undefined || config['output_padding'] === null
        ? undefined
        : 'output_padding, which TensorFlow.js passes over';
    case 'LayerNormalization':
      return config['rms_scaling'] === true ? 'rms_scaling, which TensorFlow.js passes over' : undefined;
    case 'AveragePooling1D':
    case 'MaxPooling1D':
    case 'GlobalAveragePooling1D':
    case 'GlobalMaxPooling1D':
      if (config['data_format'] === 'channels_first') return 'channels_first, which TensorFlow.js passes over here';
      break;
    case 'RandomWidth':
      return 'a width that TensorFlow.js draws whenever the network is run';
  }
  return className in pooled && config['keepdims'] === true && !isListed
    ? 'keepdims inside of another layer, which TensorFlow.js passes over'
    : undefined;
}

function numberOf(value: unknown): number {
  return Number(value ?? 0);
}
