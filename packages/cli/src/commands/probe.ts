import type { Command } from '@commander-js/extra-typings';
import type { SelectionSpec, StudySpecInput } from '@understory/studies';
import type { CommandContext } from '../command-context.ts';
import { readContribution } from '../contribution-arguments.ts';
import { layout, wholeNumber } from '../option-values.ts';
import { defaultModel, layoutHelp, withRunning, withSelection, withStudy, withTensors } from '../options.ts';
import { withPreprocessing } from '../preprocessing-options.ts';
import { commonSpec, defined, imagesSpec } from '../spec-of.ts';
import { studyCommand } from '../study-command.ts';

const details = `
Images are one data set, as "understory evaluate --help" lists them, or files, patterns and folders of images. The probe "clip" takes data
sets with captions: orchard, which is drawn on the spot, and whatsup:DIR, aro:DIR, sugarcrepe:DIR, winoground:DIR or vsr:DIR as their authors lay
them out; the probe "mdetr" those with questions: orchard, gqa:DIR, clevr:DIR or vsr:DIR.

A probe is an id with optional settings: shuffle:grid=2+4,permutations=3. "understory plugins" lists them. --grid, --permutations,
--derangement and --control are the settings grid, permutations, derangement and controls of the probe.

The folder of --out holds run.json, the rows, summary.json and the pictures of examples. An interrupted run resumes when the same
command is run again. A folder with other parameters is refused. An image that cannot be read is recorded and the run continues;
--strict stops instead, --retry-failed processes recorded failures again; the exit code is 2 if there are any. A full disk, a missing
permission or a missing file does not count as a failed image: the run stops, and resumes when the same command is run again.

Examples:
  understory probe shuffle oxford-pets:data/pets --grid 2,3,4,6,8 --permutations 5 --control seams,rows --out runs/shuffle
  understory probe shuffle oxford-pets:data/pets --preset paper --out runs/paper
  understory probe shuffle cat.png --explainer none --out runs/cat
  understory probe clip orchard --model orchard-clip-blind --out runs/clip
  understory probe mdetr orchard --model orchard-mdetr-blind --out runs/mdetr
  understory report runs/shuffle
`;

export function probeCommand(program: Command, { io, finish }: CommandContext): void {
  const command = define(program);
  const known = command.options.flatMap(({ long }) => long ?? []);
  command.action(async (probe, images, options) => {
    const asked = { kind: 'probe', known, flags: options } as const;
    const { selection, others } = await readContribution([probe, ...images], asked, io);
    finish(await studyCommand(await specOf(selection, others, options, io.cwd), options, io));
  });
}

function define(program: Command) {
  const command = program
    .command('probe')
    .description('test what a model makes of where things are, over a data set, into a run folder')
    .argument('<probe>', 'the id of a probe, such as shuffle, with optional settings')
    .argument('<images...>', 'a data set such as oxford-pets:DIR, or images and folders of images')
    // Settings of the probe are flags too, which only its plugin knows.
    .allowUnknownOption()
    .option('--model <model>', 'the name of a bundled model, a model folder or a model file', defaultModel)
    .option('--preset <name>', 'a named set of settings, such as paper')
    .option(
      '--explainer <id>',
      'the explainer whose heat maps are compared, or held against boxes; none omits them',
      'gradcam',
    )
    .option('--layer <layer>', 'auto, a tensor name, or a module path or its end', 'auto')
    .option('--layout <layout>', layoutHelp, layout)
    .option('--batch <n>', 'how many images per batch', wholeNumber(1), 32)
    .option('--seed <n>', 'random seed', wholeNumber(0), 0);
  return withPreprocessing(withTensors(withRunning(withStudy(withSelection(command))))).addHelpText('after', details);
}

type ProbeOptions = ReturnType<ReturnType<typeof define>['opts']>;

async function specOf(
  probe: SelectionSpec,
  images: readonly string[],
  options: ProbeOptions,
  cwd: string,
): Promise<StudySpecInput> {
  const { preset, batch } = options;
  const explainer = options.explainer.trim();
  return {
    study: 'probe',
    ...commonSpec(options),
    images: await imagesSpec(images, options, cwd),
    probe,
    explainer: explainer === 'none' ? null : explainer,
    ...defined({ preset, batch }),
  };
}
