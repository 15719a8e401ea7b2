import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { elementCount, firstLineOf } from '@understory/core';
import { errors } from '../errors.ts';
import type { ModelFiles, WeightEntry } from '../model-files.ts';
import { scoped } from '../support/scoped.ts';
import { leastBound, withBoundedWeights } from './bounded-weights.ts';
import { checkCalls } from './check-calls.ts';
import { ownActivation } from './keras-activations.ts';
import type { Json } from './keras-json.ts';
import type { KerasLayer } from './layer-kind.ts';
import * as ownLayers from './layers/index.ts';
import { Operation } from './layers/operation.ts';
import { placeOf, readTopology, type Topology } from './topology.ts';
import { assigned, type Variable } from './weight-names.ts';
import { withoutWarnings } from './without-warnings.ts';

/** A model with its weights, and its files with these under the names that the model has for them. */
export interface LoadedLayers {
  readonly model: tfl.LayersModel;
  readonly files: ModelFiles;
}

/** Throws OPERATOR_UNSUPPORTED or MODEL_NOT_RUNNABLE. */
export async function loadLayers(files: ModelFiles): Promise<LoadedLayers> {
  const topology = readTopology(files.json.modelTopology, files.name);
  checkCalls(topology.model['config'] as Json, files.name);
  const model = await built(topology, files);
  try {
    const variables: Variable[] = [];
    visit(model, [], (layer, scope) => {
      const activation = topology.activations.get(placeOf(scope, layer.name));
      if (activation !== undefined) layer.activation = ownActivation(activation);
      const folder = topology.folders.get(placeOf(scope, layer.name)) ?? '';
      layer.weights.forEach((weight, at) => {
        variables.push({ weight: weight as Variable['weight'], folder, at, layer: layer.name, scope });
      });
    });
    const own = files.weights.filter(({ group }) => group !== 'optimizer');
    const owners = assigned(own, variables, files.name);
    scoped(() => fill(files, owners));
    const weights = files.weights.map((entry) => {
      const owner = owners.get(entry);
      return owner === undefined ? entry : { ...entry, name: owner.originalName };
    });
    return { model, files: { ...files, weights } };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

async function built({ model, operations }: Topology, { name, weights }: ModelFiles): Promise<tfl.LayersModel> {
  type Made = new (config: object) => tf.serialization.Serializable;
  const custom: Record<string, unknown> = Object.fromEntries(
    Object.values(ownLayers).map((own) => [own.className, [own, (made: Made, config: object) => new made(config)]]),
  );
  custom['Operation'] = [
    Operation,
    (_: unknown, config: { readonly key: number }) => new Operation(config, operations[config.key]!),
  ];
  // Layers make their weights before those of the file are read: none is larger than the largest there.
  const most = weights.reduce((largest, { shape }) => Math.max(largest, elementCount(shape)), leastBound);
  try {
    return await withBoundedWeights(most, () =>
      withoutWarnings(() =>
        tfl.models.modelFromJSON(
          model as unknown as Parameters<typeof tfl.models.modelFromJSON>[0],
          custom as tf.serialization.ConfigDict,
        ),
      ),
    );
  } catch (error) {
    const reason = firstLineOf(error);
    const unknown = /^Unknown layer: (\w+)/.exec(reason)?.[1];
    if (unknown === undefined) throw errors.notLoadable({ model: name, reason, cause: error });
    throw errors.unsupported({ what: `the layer class ${unknown}`, model: name, detail: reason });
  }
}

/** Every layer of a model and of those inside it, once. */
function visit(
  model: tfl.LayersModel,
  scope: readonly string[],
  each: (layer: KerasLayer, scope: readonly string[]) => void,
  seen = new Set<unknown>(),
): void {
  for (const layer of model.layers) {
    if (seen.has(layer)) continue;
    seen.add(layer);
    const inner = layer as unknown as Partial<tfl.LayersModel>;
    if (inner.layers !== undefined && inner.outputs !== undefined) {
      visit(layer as unknown as tfl.LayersModel, [...scope, layer.name], each, seen);
    } else {
      each(layer as unknown as KerasLayer, scope);
    }
  }
}

function fill(files: ModelFiles, owners: ReadonlyMap<WeightEntry, Variable['weight']>): void {
  // Names need not differ in a file; places do.
  const specs = files.weights.map((entry, at) => ({ ...entry, name: String(at) }));
  const values = decoded(files, specs as unknown as tf.io.WeightsManifestEntry[]);
  files.weights.forEach((entry, at) => {
    const [value, owner] = [values[at]!, owners.get(entry)];
    if (owner === undefined) return;
    if (value.dtype !== owner.dtype) {
      const reason = `"${entry.name}" holds ${value.dtype} where the layer has ${owner.dtype}`;
      throw errors.notLoadable({ model: files.name, reason, cause: undefined });
    }
    owner.write(value);
  });
}

function decoded({ name, weightData }: ModelFiles, specs: readonly tf.io.WeightsManifestEntry[]): tf.NamedTensorMap {
  try {
    return tf.io.decodeWeights(weightData, [...specs]);
  } catch (error) {
    throw errors.notLoadable({ model: name, reason: firstLineOf(error), cause: error });
  }
}
