import { basename, extname, join } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import type { StudySpecInput } from '@understory/studies';
import type { CommandContext } from '../command-context.ts';
import { cliErrors } from '../errors.ts';
import { examinationSpec, withExamination } from '../examination-options.ts';
import type { ExitCode, Io } from '../io.ts';
import { defaultModel } from '../options.ts';
import { commonSpec, imagesSpec } from '../spec-of.ts';
import { studyCommand } from '../study-command.ts';

const details = `
One page about one image: what the model says and by what margin; heat maps of several explainers, how far they agree with each other and
with baselines that ignore the model, and whether they change when its weights are re-initialised; deletion and insertion against pixels
in a random order; what remains when patches change places; the smallest change that flips the decision, through the top, the bottom and
a random tenth of the pixels. Every part ends in one sentence with its caveat.

With --dataset the same is done for many images, and the sentences are about all of them, with intervals and paired tests.

The folder of --out holds the page report.html beside every number (default: out/diagnose and the name of the image). What a model does
not allow, such as gradients, is left out and told.

Examples:
  understory diagnose cat.png
  understory diagnose cat.png --model my.onnx --explainer gradcam,rise --out out/cat
  understory diagnose --dataset oxford-pets:data/pets --limit 50 --out runs/pets
`;

export function diagnoseCommand(program: Command, { io, finish }: CommandContext): void {
  define(program).action(async (images, options) => finish(await diagnose(images, options, io)));
}

function define(program: Command) {
  const command = program
    .command('diagnose')
    .description('write one page on what a model makes of an image, or of a data set')
    .argument('[images...]', 'an image, or several')
    .option('--dataset <dataset>', 'a data set such as oxford-pets:DIR or folder:DIR, in the place of images')
    .option('--model <model>', 'the name of a bundled model, a model folder or a model file', defaultModel);
  return withExamination(command).addHelpText('after', details);
}

type DiagnoseOptions = ReturnType<ReturnType<typeof define>['opts']>;

async function diagnose(images: readonly string[], options: DiagnoseOptions, io: Io): Promise<ExitCode> {
  const { dataset, json, quiet } = options;
  const asked = dataset === undefined ? images : [dataset];
  const [first] = asked;
  if (first === undefined || (dataset !== undefined && images.length > 0)) {
    throw cliErrors.usage({
      message: first === undefined ? 'There is no image.' : 'There are images and a data set.',
      suggestion: 'Give images, or --dataset with a data set.',
      command: 'understory diagnose',
    });
  }
  const { out = join('out', 'diagnose', basename(first, extname(first))) } = options;
  const code = await studyCommand(await specOf(asked, options, io.cwd), { ...options, out }, io);
  if (code === 2 || options.printSpec === true) return code;
  // What draws figures takes longer to load than the command to begin.
  const { writeReport } = await import('../write-report.ts');
  const { code: written, files } = await writeReport({ folder: out, json, quiet }, io);
  if (json !== true)
    io.stdout.write(
      files
        .slice(0, 1)
        .map((file) => `${file}\n`)
        .join(''),
    );
  return written;
}

async function specOf(images: readonly string[], options: DiagnoseOptions, cwd: string): Promise<StudySpecInput> {
  return {
    study: 'diagnose',
    ...commonSpec(options),
    images: await imagesSpec(images, options, cwd),
    ...examinationSpec(options),
  };
}
