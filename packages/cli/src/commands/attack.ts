import { resolve } from 'node:path';
import { Option, type Command } from '@commander-js/extra-typings';
import { largestOf, parseSelections, type Attack, type Selection, type UnderstoryError } from '@understory/core';
import { prepare, type Preprocessing } from '@understory/imaging';
import { readRun } from '@understory/experiments';
import { nodeStore } from '@understory/experiments/node';
import type { AttackRow, AttackSummary } from '@understory/report';
import { attackExperiment, attackTogether } from '@understory/studies';
import type { AttackPlan } from '@understory/studies';
import { pixelsOf } from '@understory/studies';
import { chooseImages, type ChosenImage, type ChosenImages } from '@understory/environment-node';
import { attackRecord } from '@understory/studies';
import { attackTables } from '@understory/studies';
import { chooseAttacks, drawsFromMaps, masksThatNeed, type NamedAttack } from '@understory/studies';
import { cliErrors } from '../errors.ts';
import { explainPixels } from '@understory/studies';
import { attackText, attackedImageText } from '../formatters/attack.ts';
import { inGroups } from '@understory/studies';
import type { ExitCode, Io } from '../io.ts';
import { attackKeeper } from '@understory/studies';
import { defaultModel } from '@understory/studies';
import {
  layout,
  layoutHelp,
  list,
  wholeNumber,
  withOutput,
  withPreprocessing,
  withRunning,
  withSelection,
  withTensors,
} from '../options.ts';
import { pixelClassifierOf } from '@understory/studies';
import { classRecord } from '@understory/studies';
import { runAndTell } from '../run-and-tell.ts';
import { notesOf } from '@understory/studies';
import type { CommandContext } from '../run.ts';
import { setUp, type Setup } from '@understory/studies';
import { findTargetReference, type TargetReference } from '@understory/studies';
import { openTransfer, type Transfer } from '@understory/studies';

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
  define(program).action(async (attack, images, options) => finish(await run({ attack, images, options, io })));
}

function define(program: Command) {
  const command = program
    .command('attack')
    .description('change images through masks until the network says something else, into a run folder')
    .argument('<attack>', 'the id of an attack, such as pgd, with settings where wanted')
    .argument('<images...>', 'a data set such as oxford-pets:DIR, or images and folders of images')
    .option('--model <model>', 'the name of a bundled model, a model folder or a model file', defaultModel)
    .option('--target-class <class>', 'the class that the network shall say: its index or name')
    .option('--untargeted', 'the network shall say anything but what it says')
    .option('--mask <list>', 'which pixels may change, each mask an attack of its own', 'all')
    .option('--preset <name>', 'settings that belong together, such as paper')
    .option('--epsilon <x>', 'how far pixels in 0..1 may change, such as 8/255')
    .option('--steps <n>', 'how often pixels are changed, at most', wholeNumber(1))
    .option('--sweep-fraction <list>', 'every mask with each of these shares of the pixels, such as 0.05,0.1,0.2', list)
    .option('--sweep-epsilon <list>', 'every attack with each of these epsilons, such as 4/255,8/255', list)
    .option('--control <mask>', 'the mask of equal area to compare with; random for a data set')
    .option('--no-control', 'no mask beside those of --mask')
    .option('--explainer <id>', 'whose heat maps masks are drawn from', 'gradcam')
    .option('--layer <layer>', 'auto, a tensor name, or a module path or its end', 'auto')
    .option('--layout <layout>', layoutHelp, layout)
    .option('--target-image <path>', 'an image of the target class, or a folder of class samples that has one')
    .option('--transfer <model>', 'another network that adversarial images are shown to')
    .requiredOption('--out <folder>', 'the run folder')
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
  return withPreprocessing(withTensors(withRunning(withOutput(withSelection(command))))).addHelpText('after', details);
}

type AttackOptions = ReturnType<ReturnType<typeof define>['opts']>;

interface Asked {
  readonly attack: string;
  readonly images: readonly string[];
  readonly options: AttackOptions;
  readonly io: Io;
}

async function run(asked: Asked): Promise<ExitCode> {
  const { options, io } = asked;
  checkGoal(options);
  const images = await chooseImages(asked.images, options, io.cwd);
  const save = options.save ?? (images.files === undefined ? 'examples' : 'all');
  const examples = save === 'none' ? 0 : options.examples;
  const explainer = explainerOf(options.explainer);
  let attacks: readonly NamedAttack[] = [];
  const setup = await setUp(
    options,
    {
      layer: options.layer,
      explainers(host) {
        attacks = chooseAttacks(host, choiceOf(asked, images, host.list('mask')));
        checkNeeds(attacks, options);
        const isThere = host.list('explainer').some(({ id }) => id === explainer.id);
        return drawsFromMaps(attacks) || (examples > 0 && isThere) ? [explainer] : [];
      },
      principal: () => ({ kind: 'attack', id: attacks[0]!.record.attack, name: attacks[0]!.record.attack }),
      onUnfit(_, error) {
        // Maps that are only looked at may be missing.
        if (drawsFromMaps(attacks)) throw error;
      },
    },
    io,
  );
  let transfer: Transfer | undefined;
  try {
    const { classifier, preprocessing, host } = setup;
    const target = targetOf(options.targetClass, setup);
    const pixels = pixelClassifierOf(classifier, preprocessing.preprocessing);
    const labels = images.labelsFor(classifier.labels);
    const [named] = setup.explainers;
    const explain = named && explainPixels(named, { setup, pixels, seed: options.seed, signal: io.signal });
    const reference = await referenceFor(attacks, { asked, setup, target });
    if (options.transfer !== undefined) {
      const plugin = host.list('attack').find(({ id }) => id === attacks[0]!.record.attack)?.plugin;
      const backend = setup.backendOf(plugin);
      transfer = await openTransfer(options.transfer, { classifier, host, backend }, options, io.cwd);
    }
    const drawn = reference && prepare(reference.image, preprocessing.preprocessing).picture;
    const targetMap = drawn && target !== undefined ? await explain?.(pixelsOf(drawn), target) : undefined;

    const folder = resolve(io.cwd, options.out);
    const record = attackRecord({ options, io, images, setup, attacks, target, reference, transfer, explainer });
    const plan: AttackPlan = {
      ...{ classifier: pixels, preprocessing: preprocessing.preprocessing, attacks, labels, target },
      setting: record.parameters,
      ...{ explain, targetMap, transfer, onlyCorrect: options.onlyCorrect === true },
      ...{ seed: options.seed, batch: options.batch, signal: io.signal, steps: setup.steps },
      keep: await attackKeeper(folder, {
        ...{
          seed: options.seed,
          examples,
          all: save === 'all',
          attacks,
          labels: classifier.labels,
          targeted: target !== undefined,
        },
        explainer: explain && { name: named.id, explain },
      }),
    };
    return await runAndTell<ChosenImage, AttackRow, AttackSummary>(
      {
        ...{ setup, record, options, items: images.items(), total: images.size, tables: attackTables },
        experiment: attackExperiment(plan),
        executor: inGroups({
          // Twice a batch, so that samples are waiting when others are finished.
          size: Math.ceil((2 * options.batch) / largestGroup(attacks)),
          ...{ seed: options.seed, signal: io.signal },
          work: (group, randoms) => attackTogether(plan, group, randoms),
        }),
        notes: [...notesOf(setup, labels.unmapped), ...(transfer?.notes ?? [])],
        async details() {
          if (images.files === undefined) return {};
          return { images: (await rowsOf(folder)).map(({ trajectory: _, ...row }) => row) };
        },
        async text(summary, style) {
          const told: string[] = [];
          const rows = images.files === undefined ? [] : await rowsOf(folder);
          for (const { name, path } of images.files ?? []) {
            const own = rows.filter(({ item }) => item === name);
            const shown = { out: options.out, saved: save === 'all', style };
            if (own.length > 0) told.push(attackedImageText(path, own, shown));
          }
          if (images.size > 1 || images.files === undefined) told.push(attackText(summary, record, style));
          if (save === 'all' && isScaledAgain(preprocessing.preprocessing)) told.push(scaledAgain);
          return told.map((text) => `\n${text}`).join('');
        },
        done: 'attacked',
        ...{ onlyCorrect: options.onlyCorrect === true, imagesOf: (summary) => summary.images, faults },
      },
      io,
    );
  } finally {
    await transfer?.close();
    await setup.close();
  }
}

function checkGoal({ targetClass, untargeted }: AttackOptions): void {
  if ((targetClass === undefined) === (untargeted === true)) return;
  throw cliErrors.usage({
    message: targetClass === undefined ? 'The attack has no goal.' : 'The attack has two goals.',
    suggestion: 'Give --target-class with a class, or --untargeted.',
    command: 'understory attack',
  });
}

function targetOf(text: string | undefined, { classifier }: Setup): number | undefined {
  if (text === undefined) return undefined;
  const target = classifier.resolveTarget(text);
  if (target.kind === 'class') return target.index;
  throw cliErrors.usage({
    message: `'${text}' is no class.`,
    suggestion: 'Give the index or the name of a class.',
    command: 'understory attack',
  });
}

function explainerOf(text: string): Selection {
  const [selection, ...others] = parseSelections(text);
  if (selection !== undefined && others.length === 0) return selection;
  throw cliErrors.usage({
    message: `'${text}' is not one explainer.`,
    suggestion: 'Masks are drawn from the maps of one.',
    command: 'understory attack',
  });
}

/** The usual control is left out where no plugin has it, and of images that are named: a table is what needs one. */
const usualControl = 'random';

function choiceOf({ attack, options }: Asked, images: ChosenImages, masks: readonly { readonly id: string }[]) {
  const usual = images.files === undefined && masks.some(({ id }) => id === usualControl) ? usualControl : undefined;
  const { control } = options;
  return {
    ...{ attack, masks: options.mask, preset: options.preset, epsilon: options.epsilon, steps: options.steps },
    ...{ sweepFractions: options.sweepFraction, sweepEpsilons: options.sweepEpsilon, batch: options.batch },
    control: control === false ? undefined : typeof control === 'string' ? control : usual,
  };
}

function checkNeeds(attacks: readonly NamedAttack[], { untargeted }: AttackOptions): void {
  const [mask] = masksThatNeed(attacks, 'targetMaps');
  if (mask === undefined || untargeted !== true) return;
  throw cliErrors.usage({
    message: `The mask '${mask}' is drawn from a target class.`,
    suggestion: 'Give --target-class, or another mask.',
    command: 'understory attack',
  });
}

/** How many entries share an attack, and so a batch. */
function largestGroup(attacks: readonly NamedAttack[]): number {
  const sizes = new Map<Attack, number>();
  for (const { attack } of attacks) sizes.set(attack, (sizes.get(attack) ?? 0) + 1);
  return Math.max(1, largestOf(sizes.values()));
}

async function referenceFor(
  attacks: readonly NamedAttack[],
  { asked, setup, target }: { readonly asked: Asked; readonly setup: Setup; readonly target: number | undefined },
): Promise<TargetReference | undefined> {
  const masks = masksThatNeed(attacks, 'targetMaps');
  if (masks.length === 0 || target === undefined) return undefined;
  const { options, io } = asked;
  return findTargetReference(options.targetImage, {
    target: classRecord(setup.classifier, target),
    labels: setup.classifier.labels,
    ...{ masks, cwd: io.cwd, env: io.env },
  });
}

const scaledAgain =
  'Adversarial images have the size that the network sees; with --resize none they are not scaled again.\n';

/** Whether a picture that has the size of the network's input already would be changed. */
function isScaledAgain({ resize, crop }: Preprocessing): boolean {
  return resize?.kind === 'shorterSide' && crop !== undefined && resize.length !== Math.min(crop.width, crop.height);
}

async function rowsOf(folder: string): Promise<readonly AttackRow[]> {
  const rows: AttackRow[] = [];
  for await (const row of (await readRun<AttackRow>(nodeStore(folder))).rows()) rows.push(row);
  return rows;
}

/** Tells of attacks that were made on no image at all, and of those that break a rule; what rounding to 8 bits costs is no fault. */
function faults({ attacks }: AttackSummary): readonly UnderstoryError[] {
  const rules = ['withinEpsilon', 'withinPixels', 'zeroOutsideMask'] as const;
  const empty = attacks.filter(({ n }) => n === 0).map(({ attack }) => `no image attacked by ${attack}`);
  const broken = attacks.filter((each) => rules.some((rule) => each.broken[rule] > 0)).map(({ attack }) => attack);
  return [
    ...(empty.length === 0 ? [] : [cliErrors.resultsMissing({ found: empty.join(', ') })]),
    ...(broken.length === 0 ? [] : [cliErrors.attackRulesBroken({ attacks: broken })]),
  ];
}
