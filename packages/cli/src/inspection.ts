import {
  isDiagnosed,
  isDifferentiable,
  type Host,
  type LayerSpec,
  type Model,
  type TensorSpec,
} from '@understory/core';
import type { Environment } from '@understory/studies';
import { choosePreprocessing, classifierOf, modelRecord, type Models, type SetupSpec } from '@understory/studies/setup';
import { applicabilityOf, operatorsOf, reachOf } from './examine-model.ts';
import { errorRecord } from './formatters/json.ts';

/** What is found out about a model. */
export type Inspection = Awaited<ReturnType<typeof examine>>;

/** Everything that can be told of a model before an image is explained; throws what opening it throws. */
export async function examine(host: Host, models: Models, spec: SetupSpec, environment: Environment) {
  const opened = await models.of();
  const { model } = opened;
  return {
    model: modelRecord(opened),
    opset: model.graph?.opset ?? null,
    inputs: model.inputs.map(tensorRecord),
    outputs: model.outputs.map(tensorRecord),
    operators: operatorsOf(model) ?? null,
    reach: reachOf(model),
    layers: layersOf(model),
    classifier: await examineClassifier(host, models, spec, environment),
  };
}

/** A model need not be a classifier of images; then the reason stands in its place. */
async function examineClassifier(host: Host, models: Models, spec: SetupSpec, environment: Environment) {
  try {
    const opened = await models.of();
    const classifier = await classifierOf(opened, spec, environment);
    const classifierFor = async (plugin: string) => {
      const its = await models.of(plugin);
      return its === opened ? classifier : classifierOf(its, spec, environment);
    };
    const { input, logits, scoreKind, classCount = null, layout, imageSize = null, labels } = classifier;
    const { preprocessing, assumed } = choosePreprocessing(
      classifier,
      opened.resolved.preprocessing,
      spec.preprocessing ?? {},
    );
    return {
      ...{ input, logits, scoreKind, classCount, layout, imageSize },
      labelled: labels !== undefined,
      preprocessing,
      preprocessingAssumed: assumed,
      explainers: await applicabilityOf(host, classifierFor, preprocessing),
    };
  } catch (error) {
    if (!isDiagnosed(error)) throw error;
    return { error: errorRecord(error) };
  }
}

function tensorRecord({ name, type, dims }: TensorSpec) {
  return { name, type, dims: dims ?? null };
}

function layersOf(model: Model) {
  const [output] = model.outputs;
  return model.layers.map((layer) => ({
    ...tensorRecord(layer),
    operator: layer.operator,
    modules: layer.modules,
    gradient: output === undefined ? 'no' : gradientOf(model, output.name, layer),
  }));
}

function gradientOf(model: Model, output: string, { name }: LayerSpec): 'yes' | 'blocked' | 'no' {
  if (!isDifferentiable(model)) return 'no';
  const way = model.differentiability(output, name);
  if (way.differentiable) return 'yes';
  return way.reason === 'operator' ? 'blocked' : 'no';
}
