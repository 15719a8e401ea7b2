import type { Command } from '@commander-js/extra-typings';
import {
  isDiagnosed,
  isDifferentiable,
  type Host,
  type LayerSpec,
  type Model,
  type TensorSpec,
} from '@understory/core';
import { applicabilityOf, operatorsOf, reachOf } from '../examine-model.ts';
import { errorRecord, json } from '../formatters/json.ts';
import { inspectionText } from '../formatters/inspection.ts';
import type { Io } from '../io.ts';
import {
  choosePreprocessing,
  classifierOf,
  type Environment,
  modelRecord,
  Models,
  type SetupSpec,
  versionsOf,
} from '@understory/studies';
import { withOutput, withPreprocessing, withRunning, withTensors } from '../options.ts';
import { commonSpec, pluginsOf } from '../spec-of.ts';
import { environmentOf } from '../study-command.ts';
import type { CommandContext } from '../command-context.ts';
import { styleFor } from '../style.ts';

const details = `
The column "gradient" says of an operator whether a gradient passes through it: yes, missing (explainers that need gradients
stop there) or none (none can, as with Shape and ArgMax, and nothing is lost). Of a layer it says whether the gradients of the
first output reach it. Which explainers apply is found out with a blank picture.

Examples:
  understory inspect efficientnet-lite0
  understory inspect path/to/model.onnx --all
  understory inspect model.onnx --json | jq -r '.layers[] | select(.gradient == "yes") | .name'
`;

export function inspectCommand(program: Command, { io }: CommandContext): void {
  define(program).action((model, options) => inspect(model, options, io));
}

function define(program: Command) {
  const command = program
    .command('inspect')
    .description('show inputs, outputs, layers and operators of a model, and what can be explained')
    .argument('<model>', 'the name of a bundled model, a model folder or a model file')
    .option('--all', 'list every layer, not the first and last alone');
  return withPreprocessing(withTensors(withRunning(withOutput(command)))).addHelpText('after', details);
}

type InspectOptions = ReturnType<ReturnType<typeof define>['opts']>;

/** What `inspect` finds out about a model. */
export type Inspection = Awaited<ReturnType<typeof examine>>;

async function inspect(asked: string, options: InspectOptions, io: Io): Promise<void> {
  const environment = environmentOf(io, options);
  const spec = commonSpec({ ...options, model: asked });
  const loaded = await environment.loadPlugins(pluginsOf(spec));
  const { host, configurationPath: configuration = null } = loaded;
  try {
    const resolved = await environment.findModel(asked);
    const models = new Models(loaded, resolved, spec, [
      undefined,
      ...host.list('explainer').map(({ plugin }) => plugin),
    ]);
    try {
      const inspection = {
        ...(await examine(host, models, spec, environment)),
        configuration,
        versions: versionsOf(host, environment),
      };
      io.stdout.write(
        options.json
          ? json(inspection)
          : inspectionText(inspection, { all: options.all === true, style: styleFor(io.stdout, io.env) }),
      );
    } finally {
      await models.close();
    }
  } finally {
    await host.dispose();
  }
}

async function examine(host: Host, models: Models, spec: SetupSpec, environment: Environment) {
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
