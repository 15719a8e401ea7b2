import { isDiagnosed, firstLineOf } from '@understory/core';
import { errors } from '../errors.ts';
import { readActivation } from './keras-activations.ts';
import { passedOver } from './keras-configuration.ts';
import { isTensor, type Json, type Reference, type TensorJson } from './keras-json.ts';
import { readOperation, type OperationCall } from './keras-operations.ts';

/** What a model.json says of a layers model, in the form that TensorFlow.js reads. */
export interface Topology {
  readonly model: Json;
  /** The activations that TensorFlow.js has not, by the place of their layer. */
  readonly activations: ReadonlyMap<string, string>;
  /** The functions that layers of the class Operation compute, by their key. */
  readonly operations: readonly OperationCall[];
  /** Where a .keras file keeps the weights of a layer, by the layer's place. */
  readonly folders: ReadonlyMap<string, string>;
}

interface LayerJson {
  readonly class_name: string;
  readonly name?: string;
  readonly config: Json;
  readonly inbound_nodes?: readonly unknown[];
}

/** A layer's place: the names of the models around it, and its own. */
export function placeOf(scope: readonly string[], name: string): string {
  return JSON.stringify([...scope, name]);
}

/** Reads the topology of Keras 2 and 3; throws OPERATOR_UNSUPPORTED or TFJS_MODEL_INVALID. */
export function readTopology(topology: Json, file: string): Topology {
  const held = topology['model_config'] ?? topology;
  const root = (typeof held === 'string' ? JSON.parse(held) : held) as LayerJson;
  try {
    return new TopologyReader(file, String(topology['keras_version'] ?? '').startsWith('3')).read(root);
  } catch (error) {
    if (isDiagnosed(error)) throw error;
    // Layers hold far more than the schema says of them, by their class.
    throw errors.invalid({
      ...{ model: file, path: 'modelTopology' },
      found: firstLineOf(error),
      expected: 'layers and their configurations as Keras writes them',
    });
  }
}

const models = new Set(['Functional', 'Model', 'Sequential']);

/** Layers that hand their input on where nothing is trained. */
const identities = new Set(
  (
    'ActivityRegularization Identity RandomBrightness RandomColorJitter RandomContrast RandomErasing RandomFlip RandomGaussianBlur ' +
    'RandomHue RandomInvert RandomRotation RandomSaturation RandomSharpness RandomShear RandomTranslation RandomZoom ' +
    'SpatialDropout2D SpatialDropout3D StochasticDepth'
  ).split(' '),
);

const lambdas = new Set(['TFOpLambda', 'SlicingOpLambda']);

class TopologyReader {
  private readonly activations = new Map<string, string>();
  private readonly operations: OperationCall[] = [];
  private readonly folders = new Map<string, string>();
  private readonly file: string;
  private readonly isKeras3: boolean;

  constructor(file: string, isKeras3: boolean) {
    this.file = file;
    this.isKeras3 = isKeras3;
  }

  read(root: LayerJson): Topology {
    const model = { class_name: 'Functional', config: this.model(root, [], '') };
    return { model, activations: this.activations, operations: this.operations, folders: this.folders };
  }

  private model({ class_name, config }: LayerJson, scope: readonly string[], folder: string): Json {
    const plain = class_name === 'Sequential' ? chained(config, this.isKeras3) : config;
    const layers = plain['layers'] as readonly LayerJson[] | undefined;
    if (layers === undefined) {
      const path = `the model "${String(plain['name'])}" in modelTopology`;
      throw errors.invalid({ model: this.file, path, found: 'no layers', expected: 'a list of layers' });
    }
    const nested = new Set(layers.filter((layer) => models.has(layer.class_name)).map((layer) => nameOf(layer)));
    const counts = new Map<string, number>();
    return {
      name: plain['name'],
      layers: layers.map((layer) => {
        const own = snakeCase(layer.class_name);
        const count = isOperation(layer) ? 0 : (counts.get(own) ?? 0);
        if (!isOperation(layer)) counts.set(own, count + 1);
        return this.layer(layer, scope, `${folder}layers/${own}${count > 0 ? `_${count}` : ''}/`, nested);
      }),
      input_layers: references(plain['input_layers']).map((one) => this.placed(one, nested)),
      output_layers: references(plain['output_layers']).map((one) => this.placed(one, nested)),
    };
  }

  private layer(layer: LayerJson, scope: readonly string[], folder: string, nested: ReadonlySet<string>): Json {
    const { config, inbound_nodes = [] } = layer;
    // Registered classes carry the package that registered them.
    const class_name = layer.class_name.split('>').at(-1)!;
    const name = nameOf(layer);
    const place = placeOf(scope, name);
    this.folders.set(place, folder);
    if (isOperation(layer)) return this.operation(layer, name, nested);
    const nodes = inbound_nodes.map((node) =>
      (Array.isArray(node) ? (node as Reference[]) : tensorsOf(node).map(referenceOf)).map((one) =>
        this.placed(one, nested),
      ),
    );
    if (models.has(class_name)) {
      const inner = { ...this.model(layer, [...scope, name], folder), name };
      return { class_name: 'Functional', name, config: inner, inbound_nodes: nodes };
    }
    const read = this.configOf(class_name, config, place);
    const own = this.ownClass(class_name, config);
    return { class_name: own, name, config: own === 'Identity' ? { name } : { ...read, name }, inbound_nodes: nodes };
  }

  private operation(layer: LayerJson, name: string, nested: ReadonlySet<string>): Json {
    const { inbound_nodes = [] } = layer;
    if (inbound_nodes.length !== 1) {
      throw this.unsupported(`the operation "${name}"`, `${inbound_nodes.length} uses of one operation`);
    }
    const call = readOperation(layer, inbound_nodes[0]);
    if (call === undefined) {
      const called = layer.config['function'] ?? layer.class_name;
      throw this.unsupported(`the operation ${String(called)} ("${name}")`, 'a function that is not known here');
    }
    this.operations.push(call);
    return {
      class_name: 'Operation',
      name,
      config: { name, key: this.operations.length - 1 },
      inbound_nodes: [call.tensors.map((one) => this.placed(one, nested))],
    };
  }

  private configOf(className: string, config: Json, place: string): Json {
    const read: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(config)) {
      // Weights are read from the file, and nothing is trained.
      if (/_(regularizer|constraint)$/.test(key) || key === 'shared_object_id') continue;
      if (key.endsWith('_initializer')) read[key] = { class_name: 'Zeros', config: {} };
      else if (key === 'dtype') read[key] = typeOf(value);
      else if (key === 'batch_shape') read['batch_input_shape'] = value;
      else if (key === 'layer') read[key] = this.wrapped(value as LayerJson, place);
      else read[key] = value;
    }
    if ('activation' in read) read['activation'] = this.activation(className, read['activation'], place);
    if (className === 'LeakyReLU') read['alpha'] = config['negative_slope'] ?? config['alpha'] ?? 0.3;
    if (className === 'SeparableConv2D') delete read['kernel_initializer'];
    if (className === 'BatchNormalization') read['axis'] = [config['axis'] ?? -1].flat()[0];
    const refusal = passedOver(className, config);
    if (refusal !== undefined) {
      throw this.unsupported(`the layer ${className} "${String(config['name'])}"`, refusal);
    }
    return read;
  }

  /** The class that computes a layer here. */
  private ownClass(className: string, config: Json): string {
    if (identities.has(className)) return 'Identity';
    if (className === 'ReLU' && (isSet(config['negative_slope']) || isSet(config['threshold'])))
      return 'RectifiedLinear';
    if (!this.isKeras3) return className;
    if (className === 'UpSampling2D' && (config['interpolation'] ?? 'nearest') !== 'nearest') {
      if (config['interpolation'] === 'bilinear') return 'CentredUpSampling2D';
      throw this.unsupported(`the layer UpSampling2D "${String(config['name'])}"`, String(config['interpolation']));
    }
    if (className === 'Resizing') {
      const { interpolation = 'bilinear', crop_to_aspect_ratio, pad_to_aspect_ratio, antialias } = config;
      const isPlain = crop_to_aspect_ratio !== true && pad_to_aspect_ratio !== true && antialias !== true;
      if (isPlain && (interpolation === 'bilinear' || interpolation === 'nearest')) return 'CentredResizing';
      throw this.unsupported(`the layer Resizing "${String(config['name'])}"`, JSON.stringify(config));
    }
    return className;
  }

  private wrapped(layer: LayerJson, place: string): Json {
    const config = this.configOf(layer.class_name, layer.config, place);
    return { class_name: layer.class_name, config };
  }

  private activation(className: string, value: unknown, place: string): unknown {
    const { known, own } = readActivation(value, this.isKeras3);
    if (own !== undefined) {
      if (!activated.has(className)) {
        throw this.unsupported(
          `the activation ${own} in a layer ${className}`,
          'an activation that is not known there',
        );
      }
      this.activations.set(place, own);
    } else if (known === undefined) {
      throw this.unsupported(`the activation ${JSON.stringify(value)}`, 'an activation that is not known here');
    }
    return known ?? 'linear';
  }

  /** Where TensorFlow.js has what a reference names: a model's first own node is that of its making. */
  private placed([layer, node, tensor]: Reference, nested: ReadonlySet<string>): readonly unknown[] {
    return [layer, this.isKeras3 && nested.has(layer) ? node + 1 : node, tensor, {}];
  }

  private unsupported(what: string, detail: string): Error {
    return errors.unsupported({ what, model: this.file, detail });
  }
}

/** Layers whose activation can be exchanged for one of ours. */
const activated = new Set(['Activation', 'Conv2D', 'Conv2DTranspose', 'Dense', 'DepthwiseConv2D', 'SeparableConv2D']);

/** Functions that Keras lists among the layers: nothing in them is trained or not. */
function isOperation({ class_name, config }: LayerJson): boolean {
  if (lambdas.has(class_name)) return true;
  return !models.has(class_name) && class_name !== 'InputLayer' && !('trainable' in config) && !('dtype' in config);
}

function nameOf({ name, config }: LayerJson): string {
  return name ?? String(config['name']);
}

/** A sequence of layers as a graph of them. */
function chained(config: Json | readonly LayerJson[], isKeras3: boolean): Json {
  const held = Array.isArray(config) ? { layers: config } : (config as Json);
  const layers = held['layers'] as readonly LayerJson[];
  const [first] = layers;
  const isGiven = first?.class_name === 'InputLayer';
  const name = `${first === undefined ? '' : nameOf(first)}_input`;
  const shape = (first && inputShapeOf(first)) ?? held['build_input_shape'];
  const input: LayerJson = {
    class_name: 'InputLayer',
    name,
    config: { name, batch_input_shape: shape, dtype: 'float32' },
  };
  const all = isGiven ? layers : [input, ...layers];
  const own = (layer: LayerJson) => (models.has(layer.class_name) && !isKeras3 ? 1 : 0);
  return {
    name: held['name'] ?? 'sequential',
    layers: all.map((layer, at) => {
      const before = all[at - 1];
      const nodes = before === undefined ? [] : [[[nameOf(before), own(before), 0, {}]]];
      return { ...layer, name: nameOf(layer), inbound_nodes: nodes };
    }),
    input_layers: [[nameOf(all[0]!), 0, 0]],
    output_layers: [[nameOf(all.at(-1)!), own(all.at(-1)!), 0]],
  };
}

function inputShapeOf({ config }: LayerJson): unknown {
  const own = config['batch_input_shape'] ?? config['batch_shape'];
  const inner = (Array.isArray(config) ? config : config['layers']) as readonly LayerJson[] | undefined;
  return own ?? (inner?.[0] && inputShapeOf(inner[0]));
}

/** One reference alone, a list of them, or several by name. */
function references(value: unknown): readonly Reference[] {
  if (!Array.isArray(value)) return Object.values((value ?? {}) as Json).flatMap(references);
  return typeof value[0] === 'string' ? [value as unknown as Reference] : value.flatMap(references);
}

/** The tensors in what a layer is called with, in order. */
function tensorsOf(value: unknown): readonly TensorJson[] {
  if (isTensor(value)) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(tensorsOf);
}

function referenceOf({ config }: TensorJson): Reference {
  const [layer, node, tensor] = config.keras_history;
  return [layer, node, tensor, {}];
}

/** Types of mixed precision compute in float32 here. */
function typeOf(value: unknown): string {
  const name = typeof value === 'string' ? value : (value as { config?: { name?: unknown } } | null)?.config?.name;
  return name === 'int32' || name === 'bool' ? name : 'float32';
}

function snakeCase(name: string): string {
  return name
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

function isSet(value: unknown): boolean {
  return typeof value === 'number' && value !== 0;
}
