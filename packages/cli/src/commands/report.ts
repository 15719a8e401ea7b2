import { join, resolve } from 'node:path';
import type { Command } from '@commander-js/extra-typings';
import { Option } from '@commander-js/extra-typings';
import { colourMapNames, defaultColourMap } from '@understory/imaging';
import { renderReport, standalone, toPng } from '@understory/report';
import { cliErrors } from '../errors.ts';
import { json } from '../formatters/json.ts';
import type { Io } from '../io.ts';
import { withOutput } from '../options.ts';
import { readRunFolder } from '../read-run-folder.ts';
import type { CommandContext } from '../run.ts';
import { prepareFolder, writeWhole } from '../write-file.ts';

const details = `
The page needs nothing beside itself: figures are drawn in it, pictures are part of it, nothing is fetched. It is light or dark as
the reader's system is, and prints. The figures are also written as files, SVG and PNG, into the folder figures of the run.

What is drawn depends on the run: how faithful explanations are (evaluate), how easily the network is fooled through which mask
(attack), what a question put to the network came to (probe). A run that is not finished is reported as far as it is; what a
probe found is told only when it is.

Examples:
  understory report runs/stage1
  understory report runs/stage1 --out stage1.html --colour-map jet
`;

export function reportCommand(program: Command, { io }: CommandContext): void {
  define(program).action((folder, options) => report(folder, options, io));
}

function define(program: Command) {
  const command = program
    .command('report')
    .description('one self-contained HTML page out of a run folder, and its figures as SVG and PNG')
    .argument('<folder>', 'a run folder that `understory evaluate`, `attack` or `probe` wrote')
    .option('--out <file>', 'the page; without it report.html in the run folder')
    .addOption(
      new Option('--colour-map <name>', 'colours of the heat maps; jet is what the paper uses')
        .choices(colourMapNames)
        .default(defaultColourMap),
    );
  return withOutput(command).addHelpText('after', details);
}

type ReportOptions = ReturnType<ReturnType<typeof define>['opts']>;

async function report(folder: string, options: ReportOptions, io: Io): Promise<void> {
  const run = await readRunFolder(resolve(io.cwd, folder), folder);
  const { html, figures, images } = await renderReport(run, { colourMap: options.colourMap });
  if (images === 0) throw cliErrors.nothingMeasured({ folder, found: `${run.failed.length} images that failed` });
  const page = options.out ?? join(folder, 'report.html');
  const drawings = join(folder, 'figures');
  await prepareFolder(resolve(io.cwd, drawings));
  await writeWhole(resolve(io.cwd, page), html);
  const files: string[] = [];
  for (const { name, svg } of figures) {
    const path = join(drawings, name);
    const drawing = standalone(svg);
    await writeWhole(resolve(io.cwd, `${path}.svg`), `${drawing}\n`);
    await writeWhole(resolve(io.cwd, `${path}.png`), toPng(drawing));
    files.push(`${path}.svg`, `${path}.png`);
  }
  if (options.json) io.stdout.write(json({ page, figures: files, images, complete: run.isComplete ?? null }));
  else io.stdout.write([page, ...files].map((file) => `${file}\n`).join(''));
}
