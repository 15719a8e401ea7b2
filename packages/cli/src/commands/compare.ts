import type { Command } from '@commander-js/extra-typings';
import type { StudySpecInput } from '@understory/studies';
import type { CommandContext } from '../command-context.ts';
import { examinationSpec, withExamination } from '../examination-options.ts';
import { finiteNumber, fraction } from '../option-values.ts';
import { commonSpec, defined, imagesSpec } from '../spec-of.ts';
import { studyCommand } from '../study-command.ts';

const details = `
Both networks go through the same studies on the same images, and every number is compared image by image, with a 95 % interval and a
test corrected for all comparisons: decisions and probabilities; whether heat maps look at the same places, held against maps of
different images; faithfulness; decisions that survive the probe; how small a change in which pixels fools them, and whether what fools
one network fools the other.

The two may have their classes in any order: they are matched by label, or by index where a file has no labels. The class explained
is that of the first network. Options for inputs, outputs and preprocessing hold for both; a file that says nothing of its preprocessing
is fed as the first network is. A study file for "understory run" can give the second network its own (--print-spec shows the form).
What a network does not allow, such as gradients of a quantised graph, is left out and told; --explainer rise needs none.

A tolerance is a declared limit. The exit code is 1 where the measured value lies beyond one, 2 where a tolerance could not be measured
or an image failed, and 0 otherwise. The report says whether the interval rules the limit out.

Examples:
  understory compare efficientnet-lite0 quantised.onnx --images folder:photos --out runs/quantised
  understory compare before after --images cifar10:data/cifar10 --limit 200 --max-drop 0.01 --max-blindness 0.05 --out runs/after
  understory compare a.onnx b.onnx --images photos --attack none --min-agreement 0.98 --min-correlation 0.9 --out runs/b
  understory report runs/after
`;

export function compareCommand(program: Command, { io, finish }: CommandContext): void {
  define(program).action(async (model, other, options) => {
    finish(await studyCommand(await specOf(model, other, options, io.cwd), options, io));
  });
}

function define(program: Command) {
  const command = program
    .command('compare')
    .description('compare two models, or one before and after a change, image by image, into a run folder')
    .argument('<model>', 'the first model: the name of a bundled model, a model folder or a model file')
    .argument('<other>', 'the model that is compared with it')
    .requiredOption('--images <images...>', 'a data set such as oxford-pets:DIR, or images and folders of images')
    .option(
      '--max-drop <fraction>',
      'tolerated drop of accuracy; of the probability where images have no labels',
      fraction,
    )
    .option(
      '--max-blindness <fraction>',
      'tolerated rise of the fraction of decisions that survive the probe, or of its blindness score',
      fraction,
    )
    .option('--max-fooling <fraction>', 'tolerated rise of the fraction of budgets at which attacks succeed', fraction)
    .option('--min-agreement <fraction>', 'the least fraction of images with the same decision', fraction)
    .option(
      '--min-correlation <number>',
      'the least rank correlation of heat maps, averaged over images',
      finiteNumber,
    );
  return withExamination(command).addHelpText('after', details);
}

type CompareOptions = ReturnType<ReturnType<typeof define>['opts']>;

async function specOf(model: string, other: string, options: CompareOptions, cwd: string): Promise<StudySpecInput> {
  const { images, maxDrop, maxBlindness, maxFooling, minAgreement, minCorrelation } = options;
  return {
    study: 'compare',
    ...commonSpec({ ...options, model }),
    images: await imagesSpec(images, options, cwd),
    other,
    ...examinationSpec(options),
    tolerances: defined({ maxDrop, maxBlindness, maxFooling, minAgreement, minCorrelation }),
  };
}
