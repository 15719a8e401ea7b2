import { Option, type Command } from '@commander-js/extra-typings';
import type { SelectionSpec, StudySpecInput } from '@understory/studies';
import type { CommandContext } from '../command-context.ts';
import { readContribution } from '../contribution-arguments.ts';
import { cliErrors } from '../errors.ts';
import {
  defaultModel,
  layout,
  layoutHelp,
  list,
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
Images are one data set, as "understory evaluate --help" lists them, or files, patterns and folders of images. Attack and masks are
ids with settings where wanted, as pgd:epsilon=8/255,steps=20 and origin-top:fraction=0.2, or origin-top:0.2 in short;
"understory plugins" lists them. Each mask is an attack of its own, and all of an image's run together. Pixels are in 0..1: an epsilon
of 12/255 lets a value change by 12 of 255 levels.

Masks are drawn from the heat map of --explainer: of the image itself for the class that the network says, or of an image of the
target class (--target-image). Beside masks that let a share of the pixels through, a data set is also attacked through random ones
of the same area; --no-control leaves them out. An image of which the network says the target anyway is not attacked, and counted apart.

Steps are evaluations of the network until success is seen. Every adversarial image is rounded to 8 bits a channel, encoded as the PNG
that --save keeps, decoded and shown to the network again. It has the size that the network sees: give other commands --resize none with it.
--transfer shows these pictures to another network too.

The folder of --out holds run.json, the rows and the pictures of a few images, which the seed chooses. Kill a run at any moment and give the same command
again: it goes on. A folder with other parameters is refused. --retry-failed works again on images that are recorded as failed.

Examples:
  understory attack pgd oxford-pets:data/pets --model efficientnet-lite0 --target-class agama \\
      --mask all,origin-top,origin-bottom,target-top,target-bottom,uniform --preset paper --limit 100 --out runs/table1
  understory attack pgd cat.png --model my.onnx --target-class 42 --mask origin-bottom:0.1 --out out
  understory attack pgd folder:photos --untargeted --epsilon 4/255 --transfer other.onnx --out runs/transfer
  understory attack pgd folder:photos --target-class agama --mask origin-top,origin-bottom --sweep-fraction 0.05,0.1,0.2 \\
      --sweep-epsilon 4/255,8/255 --out runs/sweep
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
    .description('change images through masks until the network says something else, into a run folder')
    .argument('<attack>', 'the id of an attack, such as pgd, with settings where wanted')
    .argument('<images...>', 'a data set such as oxford-pets:DIR, or images and folders of images')
    // Settings of the attack, such as --epsilon, are flags too, which only its plugin knows.
    .allowUnknownOption()
    .option('--model <model>', 'the name of a bundled model, a model folder or a model file', defaultModel)
    .option('--target-class <class>', 'the target class: its index or name')
    .option('--untargeted', 'aim for any class but the predicted one')
    .option('--mask <list>', 'which pixels may change, each mask an attack of its own', 'all')
    .option('--preset <name>', 'settings that belong together, such as paper')
    .option('--sweep-fraction <list>', 'every mask with each of these shares of the pixels, such as 0.05,0.1,0.2', list)
    .option('--sweep-epsilon <list>', 'every attack with each of these epsilons, such as 4/255,8/255', list)
    .option('--control <mask>', 'the mask of equal area to compare with; random for a data set')
    .option('--no-control', 'no mask beside those of --mask')
    .option('--explainer <id>', 'whose heat maps masks are drawn from', 'gradcam')
    .option('--layer <layer>', 'auto, a tensor name, or a module path or its end', 'auto')
    .option('--layout <layout>', layoutHelp, layout)
    .option('--target-image <path>', 'an image of the target class, or a folder of class samples that has one')
    .option('--transfer <model>', 'another network that adversarial images are shown to')
    .addOption(
      new Option('--save <which>', 'adversarial images to keep: all by default for images, else examples').choices([
        'none',
        'examples',
        'all',
      ] as const),
    )
    .option('--examples <n>', 'how many images to keep with all pictures and heat maps', wholeNumber(0), 4)
    .option('--batch <n>', 'how many pairs of an image and a mask run together', wholeNumber(1), 8)
    .option('--seed <n>', 'of everything that is drawn', wholeNumber(0), 0);
  return withPreprocessing(withTensors(withRunning(withStudy(withSelection(command))))).addHelpText('after', details);
}

type AttackOptions = ReturnType<ReturnType<typeof define>['opts']>;

async function specOf(
  attack: SelectionSpec,
  images: readonly string[],
  options: AttackOptions,
  cwd: string,
): Promise<StudySpecInput> {
  const { preset, sweepFraction, sweepEpsilon, control, targetImage, transfer, save, examples, batch } = options;
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
    ...defined({ preset, targetImage, transfer, save, examples, batch }),
  };
}

function checkGoal({ targetClass, untargeted }: AttackOptions): void {
  if ((targetClass === undefined) === (untargeted === true)) return;
  throw cliErrors.usage({
    message: targetClass === undefined ? 'The attack has no goal.' : 'The attack has two goals.',
    suggestion: 'Give --target-class with a class, or --untargeted.',
    command: 'understory attack',
  });
}
