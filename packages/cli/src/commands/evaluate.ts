import { Option, type Command } from '@commander-js/extra-typings';
import type { StudySpecInput } from '@understory/studies';
import type { CommandContext } from '../command-context.ts';
import { layout, wholeNumber } from '../option-values.ts';
import { defaultModel, layoutHelp, withRunning, withSelection, withStudy, withTensors } from '../options.ts';
import { withPreprocessing } from '../preprocessing-options.ts';
import { commonSpec, defined, imagesSpec } from '../spec-of.ts';
import { studyCommand } from '../study-command.ts';

const details = `
Data sets: cifar10:DIR (the official binary batches or a Hugging Face Parquet folder), oxford-pets:DIR, parquet:DIR|FILE,
folder:DIR (one folder per class, or flat with a labels.csv), or just a path.

Explainers and metrics are comma-separated ids with optional settings: deletion:steps=50,fraction=1 or
deletion:preset=rise. "understory plugins" lists them. --explainer all means every explainer that applies, baselines last;
those that run the model many times for each map, such as rise, take most of the time: all,rise:masks=500 takes less. --metric all
means every metric; one that needs a box has no value where there is none. --preset applies to every metric that has it.

The preset paper has the settings of Zheng, Can't See the Forest for the Trees, and also measures its baseline, pixels in random order
(the mean of five orders), as random-order; --random-order adds it for any metric that removes pixels in an order. Every explainer is
compared with it on the same images; without it, with the explainer random, otherwise with the first.

The folder of --out holds run.json, the rows and the maps of a few images chosen by the seed. An interrupted run resumes when the same
command is run again. A folder with other parameters is refused. An image that cannot be read is recorded and the run continues;
--strict stops instead, --retry-failed processes recorded failures again; the exit code is 2 if there are any. A full disk, a missing
permission or a missing file does not count as a failed image: the run stops, and resumes when the same command is run again.

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
    .option('--explainer <list>', 'explainers to evaluate', 'gradcam')
    .option('--metric <list>', 'metrics to evaluate them with, or all', 'deletion')
    .option('--preset <name>', 'a named set of metric settings, such as paper or rise')
    .option('--random-order', 'also measure pixels in random order; part of the preset paper')
    .addOption(
      new Option(
        '--target <target>',
        'what is explained: predicted, label, a class index or name, box:0, region:cat ...',
      ).default('predicted'),
    )
    .option('--layer <layer>', 'auto, a tensor name, or a module path or its end', 'auto')
    .option('--layout <layout>', layoutHelp, layout)
    .option(
      '--examples <n>',
      'how many maps to keep for the report, each of correct and incorrect predictions',
      wholeNumber(0),
      4,
    )
    .option('--batch <n>', 'how many perturbed images per batch; changes no result', wholeNumber(1), 32)
    .option('--seed <n>', 'random seed', wholeNumber(0), 0);
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
