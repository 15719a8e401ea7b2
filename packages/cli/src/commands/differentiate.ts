import { dirname, resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import {
  errors,
  closest,
  findLayer,
  isDifferentiable,
  type DifferentiatedFile,
  type Model,
  type ObjectiveForm,
  type TensorSpec,
} from '@understory/core';
import { cliErrors } from '../errors.ts';
import { json } from '../formatters/json.ts';
import type { Io } from '../io.ts';
import { prepareFolder, writeWhole } from '@understory/environment-node';
import { modelRecord, openModel, versionsOf } from '@understory/studies/setup';
import { list } from '../option-values.ts';
import { withOutput, withRunning } from '../options.ts';
import type { CommandContext } from '../command-context.ts';
import { commonSpec, pluginsOf } from '../spec-of.ts';
import { environmentOf } from '../environment-of.ts';

const details = `
The result is an ordinary ONNX model for any ONNX Runtime. It has the model's inputs and one more for the parameter of the
objective, so that one file serves every class:
  score:OUTPUT           objective.index, int64: the index within one sample of OUTPUT, such as the class; [N, 1] for logits [N, C]
  cross-entropy:OUTPUT   objective.target, int64 [N]: the class of each sample
  similarity:OUTPUT      objective.to, float32 [N, D]: the vector of each sample that OUTPUT is compared with by its cosine, of length 1 or
                         of the length that the cosine is to be multiplied by
  cotangent:OUTPUT       objective.cotangent.OUTPUT: a tensor shaped as OUTPUT, for a vector-Jacobian product
Comma-separated objectives are summed, each multiplied by an input objective.<n>.weight. Outputs: objective.value [N],
and <tensor>.grad for each tensor of --wrt, the gradient of the objective summed over the batch.

Examples:
  understory differentiate cifar10-resnet --objective score:logits --wrt input,stage3.1 --out model.grad.onnx
  understory differentiate efficientnet-lite0 --objective cross-entropy:logits --wrt input --out lite0.grad.onnx
`;

export function differentiateCommand(program: Command, { io }: CommandContext): void {
  define(program).action((model, options) => differentiate(model, options, io));
}

function define(program: Command) {
  const command = program
    .command('differentiate')
    .description('write the model with its gradients as an ONNX file')
    .argument('<model>', 'the name of a bundled model, a model folder or a model file')
    .requiredOption(
      '--objective <list>',
      'score:OUTPUT, cross-entropy:OUTPUT, similarity:OUTPUT or cotangent:OUTPUT',
      list,
    )
    .requiredOption(
      '--wrt <list>',
      'the inputs or layers, by tensor name or module path, whose gradients are written',
      list,
    )
    .option('--fetch <list>', 'outputs or layers to keep besides the gradients', list, [])
    .requiredOption('--out <file>', 'the file to write the differentiated model to');
  return withRunning(withOutput(command)).addHelpText('after', details);
}

type DifferentiateOptions = ReturnType<ReturnType<typeof define>['opts']>;

async function differentiate(asked: string, options: DifferentiateOptions, io: Io): Promise<void> {
  const environment = environmentOf(io, options);
  const spec = commonSpec({ ...options, model: asked });
  const { host, backendOf, configurationPath: configuration = null } = await environment.loadPlugins(pluginsOf(spec));
  try {
    const path = resolve(io.cwd, options.out);
    const resolved = await environment.findModel(asked);
    const opened = await openModel(host, resolved, spec, backendOf());
    const { model } = opened;
    try {
      if (!isDifferentiable(model) || !model.differentiatedFile) {
        throw errors.capabilityMissing({
          what: 'The command differentiate',
          capability: 'way to write gradients into a file',
          backend: opened.backend,
          next: 'Use --backend onnx with an ONNX file.',
        });
      }
      const objective = formOf(options.objective, model);
      const wrt = Object.fromEntries(options.wrt.map((name) => [name, tensorOf(model, name)]));
      const fetch = options.fetch.map((name) => tensorOf(model, name));
      const file = await model.differentiatedFile({ objective, withRespectTo: Object.values(wrt), fetch });
      await prepareFolder(dirname(path));
      await writeWhole(path, file.bytes);
      const gradients = Object.fromEntries(
        Object.entries(wrt).map(([name, tensor]) => [name, file.gradients[tensor]!]),
      );
      io.stdout.write(
        options.json
          ? json({
              model: modelRecord(opened),
              file: path,
              bytes: file.bytes.length,
              inputs: [...model.inputs, ...file.objectiveInputs],
              value: file.value,
              gradients,
              fetched: fetch,
              configuration,
              versions: versionsOf(host, environment),
            })
          : text(path, model, file, gradients, fetch),
      );
    } finally {
      await opened.close();
    }
  } finally {
    await host.dispose();
  }
}

/** An input, output or layer by its name, or a layer by its module path; throws UNKNOWN_LAYER. */
function tensorOf(model: Model, name: string): string {
  const known = [...model.inputs, ...model.outputs].find((tensor) => tensor.name === name);
  return (known ?? findLayer(model.layers, name)).name;
}

/** The tensor that an objective reads; throws UNKNOWN_OUTPUT with the outputs that there are. */
function outputOf(model: Model, name: string): string {
  try {
    return tensorOf(model, name);
  } catch (cause) {
    const names = model.outputs.map((output) => output.name);
    throw cliErrors.unknownOutput({ output: name, outputs: names, suggestions: closest(name, names), cause });
  }
}

function formOf(parts: readonly string[], model: Model): ObjectiveForm {
  const terms = parts.map((part): ObjectiveForm => {
    const [kind = '', ...rest] = part.split(':');
    const output = rest.join(':');
    if (output === '') throw objectiveError(part);
    const name = outputOf(model, output);
    if (kind === 'score') return { kind: 'score', output: name };
    if (kind === 'cross-entropy') return { kind: 'crossEntropy', output: name };
    if (kind === 'similarity') return { kind: 'similarity', output: name };
    if (kind === 'cotangent') return { kind: 'cotangent', outputs: [name] };
    throw objectiveError(part);
  });
  const [first] = terms;
  if (first === undefined) throw objectiveError('');
  return terms.length === 1 ? first : { kind: 'sum', terms };
}

function objectiveError(part: string) {
  return cliErrors.usage({
    message: `The objective '${part}' is none of score:OUTPUT, cross-entropy:OUTPUT, similarity:OUTPUT and cotangent:OUTPUT.`,
    command: 'understory differentiate',
  });
}

function text(
  path: string,
  model: Model,
  { bytes, value, objectiveInputs }: DifferentiatedFile,
  gradients: Readonly<Record<string, string>>,
  fetch: readonly string[],
): string {
  const show = ({ name, type, dims }: TensorSpec) => `  ${name}  ${type} [${dims?.join(', ') ?? '...'}]\n`;
  return [
    `${path}  ${bytes.length} bytes\n\n`,
    'Inputs\n',
    ...[...model.inputs, ...objectiveInputs].map(show),
    '\nOutputs\n',
    `  ${value}  the objective of each sample\n`,
    ...Object.entries(gradients).map(([name, output]) => `  ${output}  the gradient of ${name}\n`),
    ...fetch.map((name) => `  ${name}\n`),
  ].join('');
}
