import { fileURLToPath } from 'node:url';
import { Option, type Command } from '@commander-js/extra-typings';
import type { SelectionSpec, StudySpecInput } from '@understory/studies';
import type { CommandContext } from '../command-context.ts';
import { readContribution } from '../contribution-arguments.ts';
import type { ExitCode, Io } from '../io.ts';
import { layout, list, wholeNumber } from '../option-values.ts';
import { defaultModel, layoutHelp, withRunning, withSelection, withStudy, withTensors } from '../options.ts';
import { withPreprocessing } from '../preprocessing-options.ts';
import { commonSpec, defined, imagesSpec } from '../spec-of.ts';
import { studyCommand } from '../study-command.ts';

const details = `
Each picture is made from noise by gradient ascent, so that the mean of a channel, or the score of a class, is as high as possible. The
same seed gives the same pictures. Settings of the visualiser are flags too: --steps, --rate, --jitter, --zoom, --variation,
--parametrisation, --decorrelate; "understory plugins ascent" describes them.

Images are photographs that the pictures are measured against: the three bundled ones without any.

The folder of --out holds a PNG per channel, sheet.png with all of them, report.html and every number. An interrupted run keeps the
pictures that are done and resumes when the same command is run again.

Examples:
  understory visualise --layer _blocks.6 --channel 0..15 --out runs/channels
  understory visualise --model my.onnx --layer layer2,layer3 --channel 3,7 --steps 512 --out runs/two-layers
  understory visualise --target tabby,espresso --out runs/classes
`;

const samples = fileURLToPath(new URL('../../samples', import.meta.url));

export function visualiseCommand(program: Command, { io, finish }: CommandContext): void {
  const command = define(program);
  const known = command.options.flatMap(({ long }) => long ?? []);
  command.action(async (images, options) => {
    const asked = { kind: 'visualiser', known, flags: options } as const;
    const { selection, others } = await readContribution([options.visualiser, ...images], asked, io);
    finish(await visualise(selection, others, options, io));
  });
}

function define(program: Command) {
  const command = program
    .command('visualise')
    .description('make the pictures that channels or classes of a model respond to, into a run folder')
    .argument('[images...]', 'photographs to measure the pictures against, or a data set')
    // Settings of the visualiser are flags too, which only its plugin knows.
    .allowUnknownOption()
    .option('--model <model>', 'the name of a bundled model, a model folder or a model file', defaultModel)
    .option('--layer <list>', 'tensor names, or module paths or their ends; the last spatial layer for auto', list)
    .option('--channel <list>', 'channels of each layer, such as 3 or 0..15 or 0,4,8..11 (default: 0..7)')
    .addOption(
      new Option('--at <where>', 'what of a channel is raised: its mean, or its middle position').choices([
        'mean',
        'centre',
      ]),
    )
    .option('--target <list>', 'classes or other targets, as `understory explain` takes them')
    .option('--visualiser <id>', 'what makes the pictures, with optional settings', 'ascent')
    .option('--layout <layout>', layoutHelp, layout)
    .option('--seed <n>', 'random seed', wholeNumber(0), 0);
  return withPreprocessing(withTensors(withRunning(withStudy(withSelection(command))))).addHelpText('after', details);
}

type VisualiseOptions = ReturnType<ReturnType<typeof define>['opts']>;

async function visualise(
  visualiser: SelectionSpec,
  images: readonly string[],
  options: VisualiseOptions,
  io: Io,
): Promise<ExitCode> {
  const { layer: layers, channel: channels, at, target, out, json, quiet } = options;
  const spec: StudySpecInput = {
    study: 'visualise',
    ...commonSpec({ ...options, layer: undefined }),
    images: await imagesSpec(images.length === 0 ? [samples] : images, options, io.cwd),
    visualiser,
    ...defined({ layers, channels, at, target }),
  };
  const code = await studyCommand(spec, options, io);
  if (code === 2 || out === undefined || options.printSpec === true) return code;
  // What draws figures takes longer to load than the command to begin.
  const { writeReport } = await import('../write-report.ts');
  return (await writeReport({ folder: out, json, quiet }, io)).code;
}
