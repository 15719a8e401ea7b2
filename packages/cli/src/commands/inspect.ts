import type { Command } from '@commander-js/extra-typings';
import { errorRecord, json } from '../formatters/json.ts';
import { inspectionText } from '../formatters/inspection.ts';
import type { Io } from '../io.ts';
import { inspectModel, Models, versionsOf } from '@understory/studies/setup';
import { withOutput, withRunning, withTensors } from '../options.ts';
import { withPreprocessing } from '../preprocessing-options.ts';
import { commonSpec, pluginsOf } from '../spec-of.ts';
import { environmentOf } from '../environment-of.ts';
import type { CommandContext } from '../command-context.ts';
import { styleFor } from '../style.ts';

const details = `
For an operator, the column "gradient" tells whether a gradient passes through it: yes, missing (gradients stop there, and explainers
that need them fail) or none (not differentiable by nature, such as Shape and ArgMax). For a layer, it tells whether gradients of the
first output reach it. Which explainers apply is determined with a blank image.

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
    .option('--all', 'list every layer, not only the first and last');
  return withPreprocessing(withTensors(withRunning(withOutput(command)))).addHelpText('after', details);
}

type InspectOptions = ReturnType<ReturnType<typeof define>['opts']>;

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
        ...(await inspectModel({ host, models, spec, environment, failureOf: errorRecord })),
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
