import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import * as tfl from '@tensorflow/tfjs-layers';
import { append, type Dimension, type Tensor, type TensorSpec } from '@understory/core';
import { errors } from '../errors.ts';
import {
  channelsFirst,
  elementTypeOf,
  type Network,
  type NetworkLayer,
  type NetworkWeights,
  type Step,
} from '../network.ts';
import { neededSteps } from '../needed-steps.ts';
import { OnnxView } from '../onnx-view/onnx-view.ts';
import { withForwardKernels } from '../with-kernels.ts';
import { writeActivation } from './activations.ts';
import type { KerasActivation, KerasLayer, KerasWeight } from './layer-kind.ts';
import { layerKinds } from './layer-kinds.ts';

interface LayerStep extends Step {
  readonly layer: KerasLayer | undefined;
  readonly run: (inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
  readonly className: string;
  readonly modules: readonly string[];
}

interface Value {
  readonly dims: readonly (number | null)[];
  readonly dtype: string;
}

/** Layers whose activation is computed apart, so that what is in front of it can be asked for. */
const activated = new Set(['Conv2D', 'Conv2DTranspose', 'Dense', 'DepthwiseConv2D', 'SeparableConv2D']);

/** A layers model as a network of single steps: nested models are laid open, and activations stand by themselves. */
export class LayersNetwork implements Network {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly string[];
  readonly layers: readonly NetworkLayer[];
  readonly steps: readonly LayerStep[];
  readonly graph: OnnxView;
  readonly weighted: readonly NetworkWeights[];
  private readonly model: LayersModel;
  private readonly values = new Map<string, Value>();
  private readonly uses = new Map<string, number[]>();

  /** `readWeight` reads a tensor on the engine that holds it. Throws OPERATOR_UNSUPPORTED. */
  constructor(model: LayersModel, name: string, readWeight: (weight: tf.Tensor) => Tensor) {
    this.model = model;
    const steps: LayerStep[] = [];
    const names = new Map<SymbolicTensor, string>();
    model.inputs.forEach((input, at) => {
      const inputName = model.inputNames[at]!;
      names.set(input, inputName);
      this.values.set(inputName, { dims: input.shape, dtype: input.dtype ?? 'float32' });
    });
    const taken = new Set(names.values());
    const outputs = model.outputs.map((output) => this.trace(output, names, [], steps, taken));
    this.steps = steps;
    this.inputs = model.inputs.map((input, at) => ({
      name: model.inputNames[at]!,
      type: elementTypeOf(input.dtype) ?? 'float32',
      dims: dimsOf(input.shape),
    }));
    this.outputs = [...new Set(outputs)];
    for (const { layer, className, title } of steps) {
      const why = layer && layerKinds[className]?.unsupported?.(layer.getConfig());
      if (why !== undefined) throw errors.unsupported({ what: `the layer ${title}`, model: name, detail: why });
    }
    this.graph = this.view(readWeight);
    const ends = endsOfModules(steps.flatMap((step) => step.outputs));
    this.layers = steps.flatMap(({ outputs: computed, modules }) =>
      computed.flatMap((output): NetworkLayer[] => {
        const { dims, dtype } = this.values.get(output)!;
        const type = elementTypeOf(dtype);
        if (type === undefined) return [];
        const channelsLast = this.graph.images.has(output);
        const own = dimsOf(dims);
        const operator = this.graph.nodes.findLast((node) => node.outputs.includes(output))?.operator ?? '';
        const all = [...modules, ...(ends.get(output) ?? [])];
        return [
          { name: output, type, dims: channelsLast ? channelsFirst(own) : own, operator, modules: all, channelsLast },
        ];
      }),
    );
    this.weighted = steps.flatMap(({ layer, outputs: [output] }) => {
      const weights = (layer?.weights ?? [])
        .filter(({ shape }) => shape.length >= 2)
        .map(({ originalName, shape }) => {
          const axes = shape.length === 2 ? [1, 0] : [3, 2, 0, 1];
          const isDepthwise = originalName.endsWith('depthwise_kernel');
          return { name: originalName, ...(shape.length !== 3 && { axes: isDepthwise ? [2, 3, 0, 1] : axes }) };
        });
      return weights.length > 0 && output !== undefined ? [{ layer: output, weights }] : [];
    });
  }

  compute(given: ReadonlyMap<string, tf.Tensor>, names: readonly string[]): ReadonlyMap<string, tf.Tensor> {
    return withForwardKernels(() => this.valuesOf(given, names));
  }

  private valuesOf(given: ReadonlyMap<string, tf.Tensor>, names: readonly string[]): ReadonlyMap<string, tf.Tensor> {
    const { steps, lastUse } = neededSteps(this.steps, given, names);
    const values = new Map(given);
    const kept = new Set(names);
    steps.forEach((step, at) => {
      const inputs = step.inputs.map((input) => values.get(input)!);
      const results = tf.tidy(() =>
        // A layer may hand its input on; gradients of the two are not the same.
        [step.run(inputs)].flat().map((result) => (inputs.includes(result) ? tf.clone(result) : result)),
      );
      step.outputs.forEach((output, place) => {
        if (!given.has(output)) values.set(output, results[place]!);
      });
      for (const name of lastUse.get(at) ?? []) {
        if (given.has(name) || kept.has(name)) continue;
        values.get(name)?.dispose();
      }
    });
    return new Map(names.map((name) => [name, values.get(name)!]));
  }

  dispose(): void {
    this.model.dispose();
  }

  /** The name of a symbolic tensor, with the steps that lead to it written down. */
  private trace(
    tensor: SymbolicTensor,
    names: Map<SymbolicTensor, string>,
    scope: readonly string[],
    steps: LayerStep[],
    taken: Set<string>,
  ): string {
    const waiting = [tensor];
    // What a layer reads comes before it; a network may be thousands of layers deep.
    for (let next = waiting.at(-1); next !== undefined; next = waiting.at(-1)) {
      const reads = names.has(next) ? [] : nodeOf(next).inputTensors.filter((input) => !names.has(input));
      if (reads.length > 0) {
        append(waiting, reads.toReversed());
        continue;
      }
      waiting.pop();
      if (!names.has(next)) this.traceOne(next, names, scope, steps, taken);
    }
    return names.get(tensor)!;
  }

  /** Names what a layer computes, whose inputs have names. */
  private traceOne(
    tensor: SymbolicTensor,
    names: Map<SymbolicTensor, string>,
    scope: readonly string[],
    steps: LayerStep[],
    taken: Set<string>,
  ): void {
    const layer = tensor.sourceLayer;
    const node = nodeOf(tensor);
    const inputs = node.inputTensors.map((input) => names.get(input)!);
    const inner = layer as unknown as Partial<LayersModel>;
    if (inner.outputs !== undefined && inner.inputs !== undefined && 'layers' in layer) {
      // A model inside the model: its own tensors under names of their own, once a use.
      const own = new Map<SymbolicTensor, string>();
      inner.inputs.forEach((input, at) => own.set(input, inputs[at]!));
      const place = [...scope, this.useOf(layer.name, scope, tensor.nodeIndex)];
      const results = inner.outputs.map((output) => this.trace(output, own, place, steps, taken));
      node.outputTensors.forEach((output, at) => names.set(output, results[at]!));
      return;
    }
    const keras = layer as unknown as KerasLayer;
    const base = [...scope, this.useOf(layer.name, scope, tensor.nodeIndex)].join('/');
    this.record(keras, base, inputs, node.outputTensors, names, scope, steps, taken);
  }

  private record(
    layer: KerasLayer,
    base: string,
    inputs: readonly string[],
    results: readonly SymbolicTensor[],
    names: Map<SymbolicTensor, string>,
    scope: readonly string[],
    steps: LayerStep[],
    taken: Set<string>,
  ): void {
    const className = layer.getClassName();
    const own = taken.has(base) ? `${base}_1` : base;
    const outputs = results.map((_, at) => (at === 0 ? own : `${own}:${at}`));
    results.forEach((result, at) => {
      names.set(result, outputs[at]!);
      taken.add(outputs[at]!);
      this.values.set(outputs[at]!, { dims: result.shape, dtype: result.dtype ?? 'float32' });
    });
    const modules = scope.map((_, at) => scope.slice(0, at + 1).join('/'));
    const kind = layerKinds[className];
    const title = `${className} "${own}"`;
    const refused = { refused: `${title} has no gradient that was checked here` };
    const passage = kind === undefined || kind.passage === 'refused' ? refused : kind.passage;
    const plain = (run: LayerStep['run'], computed: readonly string[]): LayerStep => ({
      ...{ layer, title, inputs, outputs: computed, passage, className, modules, run },
    });
    const activation = activated.has(className) ? apart(layer) : undefined;
    const call =
      layerKinds[className]?.replaces?.(layer) ?? ((tensors: tf.Tensor[]) => layer.call(tensors, { training: false }));
    if (activation === undefined) {
      steps.push(plain(call, outputs));
      return;
    }
    // What TensorFlow itself calls what is in front of an activation.
    const usual = `${own}/BiasAdd`;
    const before = taken.has(usual) ? `${usual}_1` : usual;
    taken.add(before);
    this.values.set(before, this.values.get(own)!);
    steps.push(plain(call, [before]));
    const name = activation.getClassName();
    steps.push({
      layer: undefined,
      title: `${name} "${own}"`,
      inputs: [before],
      outputs,
      passage: 'passes',
      className: name,
      modules,
      run: ([x]) => activation.apply(x!),
    });
  }

  /** What a use of a layer is called: the first after the layer, others with a number behind it. */
  private useOf(layer: string, scope: readonly string[], node: number): string {
    const key = JSON.stringify([scope, layer]);
    const uses = this.uses.get(key) ?? [];
    this.uses.set(key, uses);
    if (!uses.includes(node)) uses.push(node);
    const use = uses.indexOf(node);
    return use === 0 ? layer : `${layer}:${use}`;
  }

  private view(readWeight: (weight: tf.Tensor) => Tensor): OnnxView {
    const view = new OnnxView((name) => this.values.get(name)?.dims.length);
    for (const { layer, className, inputs, outputs } of this.steps) {
      const [output = ''] = outputs;
      if (layer === undefined) {
        writeActivation(view, className, inputs[0]!, output);
        continue;
      }
      const read = new Map<KerasWeight, Tensor>();
      const weight = (ending: string) => {
        const found = layer.weights.find(({ originalName }) => originalName.split('/').at(-1) === ending);
        if (found === undefined) return undefined;
        const value = () => {
          const before = read.get(found) ?? readWeight(found.read());
          read.set(found, before);
          return before;
        };
        return { name: found.originalName, value };
      };
      const config = layer.getConfig();
      const first = view.nodes.length;
      // Channels-first layers are rare and laid out by TensorFlow.js itself: only their names are shown.
      if (config['dataFormat'] !== 'channelsFirst')
        layerKinds[className]?.write?.({ view, inputs, output, config, weight });
      if (view.nodes.slice(first).some((node) => node.outputs.includes(output))) continue;
      view.nodes.push({
        operator: className,
        name: output,
        inputs: inputs.map((input) => view.asFile(input)),
        outputs,
        attributes: {},
      });
    }
    return view;
  }
}

/** Layers are often named after the modules of another framework, as `layer4.1.relu`: the last of each module, and which it ends. */
function endsOfModules(names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const last = new Map<string, string>();
  for (const name of names) {
    const parts = name.split('.').slice(0, -1);
    parts.forEach((_, at) => last.set(parts.slice(0, at + 1).join('.'), name));
  }
  const ends = new Map<string, string[]>();
  for (const [module, name] of last) ends.set(name, [...(ends.get(name) ?? []), module]);
  return ends;
}

function dimsOf(shape: readonly (number | null)[]): readonly Dimension[] {
  return shape.map((size, axis) => size ?? (axis === 0 ? 'N' : ''));
}

/** The use of a layer that computes a tensor. */
function nodeOf({ sourceLayer, nodeIndex }: SymbolicTensor) {
  return sourceLayer.inboundNodes[nodeIndex]!;
}

/** Takes the activation off a layer; undefined where it has none. The second use of a layer gets what the first took. */
function apart(layer: KerasLayer): KerasActivation | undefined {
  const before = takenOff.get(layer);
  if (before !== undefined) return before;
  const { activation } = layer;
  if (activation === undefined || activation === null || activation.getClassName() === 'linear') return undefined;
  takenOff.set(layer, activation);
  const linear = tfl.layers.activation({ activation: 'linear' }) as unknown as KerasLayer;
  layer.activation = linear.activation ?? null;
  return activation;
}

const takenOff = new WeakMap<KerasLayer, KerasActivation>();
