import { Option, type Command } from '@commander-js/extra-typings';
import type { SelectionSpec, StudySpecInput } from '@understory/studies';
import type { CommandContext } from '../command-context.ts';
import { readContribution } from '../contribution-arguments.ts';
import { cliErrors } from '../errors.ts';
import { finiteNumber, layout, list, wholeNumber } from '../option-values.ts';
import { defaultModel, layoutHelp, withRunning, withSelection, withStudy, withTensors } from '../options.ts';
import { withPreprocessing } from '../preprocessing-options.ts';
import { commonSpec, defined, imagesSpec } from '../spec-of.ts';
import { studyCommand } from '../study-command.ts';

const details = `
Images are one data set, as "understory evaluate --help" lists them, or files, patterns and folders of images. The attack and the masks
are ids with optional settings, such as pgd:epsilon=8/255,steps=20 and origin-top:fraction=0.2, or origin-top:0.2 for short;
"understory plugins" lists them. Each mask is a separate attack; the attacks of one image run in common batches. Pixels are in 0..1: with an
epsilon of 12/255 a value changes by at most 12 of 255 levels.

Masks are computed from a heat map of --explainer: that of the image for its predicted class, or that of an image of the target class
(--target-image). Where masks select a fraction of the pixels, a data set is also attacked with random masks of the same area as a control;
--no-control omits them. An image that is already predicted as the target class is not attacked, and is counted separately.

Steps are model evaluations until success. Every adversarial image is rounded to 8 bits per channel, encoded as the PNG that --save keeps,
decoded and evaluated again. It has the input size of the model: use --resize none when passing it to other commands.
--transfer also evaluates these images on another model.

The folder of --out holds run.json, the rows and the pictures of a few images chosen by the seed. An interrupted run resumes when the same
command is run again. A folder with other parameters is refused. --retry-failed processes images again that are recorded as failed.

Examples:
  understory attack pgd oxford-pets:data/pets --model efficientnet-lite0 --target-class agama \\
      --mask all,origin-top,origin-bottom,target-top,target-bottom,uniform --preset paper --limit 100 --out runs/table1
  understory attack pgd cat.png --model my.onnx --target-class 42 --mask origin-bottom:0.1 --out out
  understory attack pgd folder:photos --untargeted --epsilon 4/255 --transfer other.onnx --out runs/transfer
  understory attack pgd folder:photos --target-class agama --mask origin-top,origin-bottom --sweep-fraction 0.05,0.1,0.2 \\
      --sweep-epsilon 4/255,8/255 --out runs/sweep
  understory attack pgd street.jpg --model detector.onnx --target=-box:dog --out out
  understory attack pgd face.jpg --model age.onnx --target age --threshold 40 --out out
  understory report runs/table1
`;

export function attackCommand(program: Command, { io, finish }: CommandContext): void {
  const command = define(program);
  const known = command.options.flatMap(({ long }) => long ?? []);
  command.action(async (attack, images, options) => {
    const asked = { kind: 'attack', known, flags: options } as const;
    checkGoal(options);
    const { selection, others } = await readContribution([attack, ...images], asked, io);
    finish(await studyCommand(await specOf(selection, others, options, io.cwd), options, io));
  });
}

function define(program: Command) {
  const command = program
    .command('attack')
    .description('compute adversarial images restricted to masks, into a run folder')
    .argument('<attack>', 'the id of an attack, such as pgd, with optional settings')
    .argument('<images...>', 'a data set such as oxford-pets:DIR, or images and folders of images')
    // Settings of the attack, such as --epsilon, are flags too, which only its plugin knows.
    .allowUnknownOption()
    .option('--model <model>', 'the name of a bundled model, a model folder or a model file', defaultModel)
    .option('--target-class <class>', 'the target class: its index or name')
    .option('--untargeted', 'aim for any class but the predicted one')
    .option(
      '--target <target>',
      'what to raise, such as box:dog or region:cat; a minus in front lowers it: --target=-box:dog',
    )
    .option(
      '--threshold <number>',
      'what the number of --target has to pass, where the model decides nothing',
      finiteNumber,
    )
    .option('--mask <list>', 'which pixels may change; each mask is a separate attack', 'all')
    .option('--preset <name>', 'a named set of settings, such as paper')
    .option(
      '--sweep-fraction <list>',
      'every mask with each of these fractions of the pixels, such as 0.05,0.1,0.2',
      list,
    )
    .option('--sweep-epsilon <list>', 'every attack with each of these epsilons, such as 4/255,8/255', list)
    .option('--control <mask>', 'the mask of equal area to compare with; random for a data set')
    .option('--no-control', 'only the masks of --mask, without a control')
    .option('--explainer <id>', 'the explainer whose heat maps define the masks', 'gradcam')
    .option('--layer <layer>', 'auto, a tensor name, or a module path or its end', 'auto')
    .option('--layout <layout>', layoutHelp, layout)
    .option('--target-image <path>', 'an image of the target class, or a folder of class samples that contains one')
    .option('--transfer <model>', 'another model on which adversarial images are evaluated')
    .addOption(
      new Option('--save <which>', 'adversarial images to keep: all by default for images, else examples').choices([
        'none',
        'examples',
        'all',
      ] as const),
    )
    .option('--examples <n>', 'how many images to keep with all pictures and heat maps', wholeNumber(0), 4)
    .option('--batch <n>', 'how many pairs of image and mask per batch', wholeNumber(1), 8)
    .option('--seed <n>', 'random seed', wholeNumber(0), 0);
  return withPreprocessing(withTensors(withRunning(withStudy(withSelection(command))))).addHelpText('after', details);
}

type AttackOptions = ReturnType<ReturnType<typeof define>['opts']>;

async function specOf(
  attack: SelectionSpec,
  images: readonly string[],
  options: AttackOptions,
  cwd: string,
): Promise<StudySpecInput> {
  const {
    target,
    threshold,
    preset,
    sweepFraction,
    sweepEpsilon,
    control,
    targetImage,
    transfer,
    save,
    examples,
    batch,
  } = options;
  return {
    study: 'attack',
    ...commonSpec(options),
    images: await imagesSpec(images, options, cwd),
    attack,
    masks: [options.mask],
    explainer: options.explainer,
    targetClass: options.targetClass ?? null,
    ...(control === false ? { control: null } : typeof control === 'string' && { control }),
    ...(sweepFraction && { sweepFractions: [...sweepFraction] }),
    ...(sweepEpsilon && { sweepEpsilons: [...sweepEpsilon] }),
    ...defined({ target, threshold, preset, targetImage, transfer, save, examples, batch }),
  };
}

function checkGoal({ targetClass, untargeted, target }: AttackOptions): void {
  const goals = [targetClass, untargeted === true ? 'any' : undefined, target].filter((goal) => goal !== undefined);
  if (goals.length === 1) return;
  throw cliErrors.usage({
    message:
      goals.length === 0 ? 'The attack has no goal.' : `The attack has ${goals.length === 2 ? 'two' : 'three'} goals.`,
    suggestion: 'Give --target-class with a class, --untargeted, or --target with what to raise or lower.',
    command: 'understory attack',
  });
}
