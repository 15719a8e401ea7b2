import { Option, type Command } from '@commander-js/extra-typings';
import type { StudySpecInput } from '@understory/studies';
import type { CommandContext } from '../command-context.ts';
import {
  defaultModel,
  layout,
  layoutHelp,
  wholeNumber,
  withPreprocessing,
  withRunning,
  withSelection,
  withStudy,
  withTensors,
} from '../options.ts';
import { commonSpec, defined, imagesSpec } from '../spec-of.ts';
import { studyCommand } from '../study-command.ts';

const details = `
Data sets: cifar10:DIR (the official binary batches or a Hugging Face Parquet folder), oxford-pets:DIR, parquet:DIR|FILE,
folder:DIR (a folder a class, or flat with a labels.csv), or a path alone.

Explainers and metrics are ids with commas between them, each with settings where wanted: deletion:steps=50,fraction=1 or
deletion:preset=rise. "understory plugins" lists them. --preset holds for every metric that has it.

The preset paper also measures the paper's baseline, pixels in a random order (the mean of five), as random-order;
--random-order measures it for any metric that goes through pixels in an order. Every explainer is compared with it on the same
images, else with the explainer random, else with the first.

The folder of --out holds run.json, the rows and the maps of a few images, which the seed chooses. Kill a run at any moment and give the same command
again: it goes on. A folder with other parameters is refused. An image that cannot be read is recorded and the run goes on;
--strict stops instead, --retry-failed works on recorded ones again. Exit code 2 tells of such images. A full disk, a missing
permission or a file that is gone is no failure of an image: the run stops, and the same command goes on.

Examples:
  understory evaluate cifar10:data/cifar10 --model cifar10-resnet --explainer cam,gradcam --metric deletion --preset paper \\
      --limit 100 --out runs/stage1
  understory evaluate folder:photos --explainer gradcam,layercam,random,centre,sobel \\
      --metric deletion,insertion,road,average-drop,sanity --out runs/photos
  understory report runs/stage1
`;

export function evaluateCommand(program: Command, { io, finish }: CommandContext): void {
  define(program).action(async (dataset, options) => {
    finish(await studyCommand(await specOf(dataset, options, io.cwd), options, io));
  });
}

function define(program: Command) {
  const command = program
    .command('evaluate')
    .description('measure how faithful explanations are over a data set, into a run folder')
    .argument('<dataset>', 'such as cifar10:DIR, oxford-pets:DIR, parquet:DIR or folder:DIR')
    .option('--model <model>', 'the name of a bundled model, a model folder or a model file', defaultModel)
    .option('--explainer <list>', 'explainers to measure', 'gradcam')
    .option('--metric <list>', 'what to measure them by', 'deletion')
    .option('--preset <name>', 'settings of metrics that belong together, such as paper or rise')
    .option('--random-order', 'measure pixels in a random order too; part of the preset paper')
    .addOption(
      new Option(
        '--target <target>',
        'the class explained: predicted, label, a class index or the name of a class',
      ).default('predicted'),
    )
    .option('--layer <layer>', 'auto, a tensor name, or a module path or its end', 'auto')
    .option('--layout <layout>', layoutHelp, layout)
    .option('--examples <n>', 'how many maps to keep for the report, of each of right and wrong', wholeNumber(0), 4)
    .option('--batch <n>', 'how many changed pictures run together; changes no result', wholeNumber(1), 32)
    .option('--seed <n>', 'of everything that is drawn', wholeNumber(0), 0);
  return withPreprocessing(withTensors(withRunning(withStudy(withSelection(command))))).addHelpText('after', details);
}

type EvaluateOptions = ReturnType<ReturnType<typeof define>['opts']>;

async function specOf(dataset: string, options: EvaluateOptions, cwd: string): Promise<StudySpecInput> {
  const { preset, randomOrder, target, examples, batch } = options;
  return {
    study: 'evaluate',
    ...commonSpec(options),
    images: await imagesSpec(dataset, options, cwd),
    explainers: [options.explainer],
    metrics: [options.metric],
    ...defined({ preset, randomOrder, target, examples, batch }),
  };
}
