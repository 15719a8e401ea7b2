import {
  isDiagnosed,
  isDifferentiable,
  type Diagnosis,
  type Host,
  type LayerSpec,
  type Model,
  type TensorSpec,
} from '@understory/core';
import { modelRecord } from '../common/record.ts';
import type { Environment } from '../environment.ts';
import { applicabilityOf, operatorsOf, reachOf } from './examine-model.ts';
import type { Models } from './models.ts';
import { factsOf, openSubject } from './open-subject.ts';
import { readingsOf } from './recognise.ts';
import type { SetupSpec } from './setup.ts';

/** What is found out about a model. */
export type Inspection<Failure> = Awaited<ReturnType<typeof inspectModel<Failure>>>;

export interface InspectRequest<Failure> {
  readonly host: Host;
  readonly models: Models;
  readonly spec: SetupSpec;
  readonly environment: Environment;
  /** How an error stands in what is found out. */
  readonly failureOf: (error: Error & Diagnosis) => Failure;
}

/** Everything that can be told of a model before an image is explained; throws what opening it throws. */
export async function inspectModel<Failure>(request: InspectRequest<Failure>) {
  const { models } = request;
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
    ...(await inspectSubject(request)),
  };
}

/** What a model says need not be recognised; then the reason stands in its place, with every reading that was considered. */
async function inspectSubject<Failure>({ host, models, spec, environment, failureOf }: InspectRequest<Failure>) {
  const opened = await models.of();
  const facts = await factsOf(opened, spec, environment);
  const readings = readingsOf(host, facts, spec.task).map(({ task, reading }) => ({
    ...{ task, evidence: reading.evidence, why: reading.why },
    outputs: Object.values(reading.tensors),
  }));
  try {
    const request = { spec, host, environment };
    const { subject, recognised, preprocessing } = await openSubject(opened, request);
    const subjectFor = async (plugin: string) => {
      const its = await models.of(plugin);
      return its === opened ? subject : (await openSubject(its, request)).subject;
    };
    const { classes, labels, picture } = subject;
    const common = {
      ...{ input: picture.name, layout: picture.layout, imageSize: picture.size ?? null },
      labelled: labels !== undefined,
      preprocessing: preprocessing.preprocessing,
      preprocessingAssumed: preprocessing.assumed,
      explainers: await applicabilityOf(host, subjectFor, preprocessing.preprocessing),
    };
    const { evidence, why } = recognised.reading;
    return {
      subject: {
        ...{ task: recognised.task, evidence, why, readings, reads: subject.reads, targets: subject.forms, ...common },
        classes:
          classes === undefined ? null : { output: classes.output, kind: classes.kind, count: classes.count ?? null },
      },
      // As it was called before there were other subjects.
      classifier:
        classes === undefined
          ? null
          : { logits: classes.output, scoreKind: classes.kind, classCount: classes.count ?? null, ...common },
    };
  } catch (error) {
    if (!isDiagnosed(error)) throw error;
    const failure = failureOf(error);
    return { subject: { error: failure, readings }, classifier: { error: failure } };
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
