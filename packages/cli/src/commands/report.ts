import { join, resolve } from 'node:path';
import { type Command, Option } from '@commander-js/extra-typings';
import { prepareFolder, writeWhole } from '@understory/environment-node';
import { colourMapNames, defaultColourMap } from '@understory/imaging';
import { renderReport, standalone } from '@understory/report';
import { toPng } from '@understory/report/png';
import type { CommandContext } from '../command-context.ts';
import { cliErrors } from '../errors.ts';
import { errorRecord, json } from '../formatters/json.ts';
import type { ExitCode, Io } from '../io.ts';
import { withOutput } from '../options.ts';
import { readRunFolder } from '../read-run-folder.ts';
import { formatError } from '../report-error.ts';
import { environmentOf } from '../study-command.ts';

const details = `
The page is self-contained: figures and pictures are embedded, nothing is fetched. It follows the system's light or dark mode
and can be printed. The figures are also written as SVG and PNG files into the folder figures of the run.

The content depends on the run: faithfulness of explanations (evaluate), attack success by mask (attack), the verdict of a probe
(probe). An unfinished run is reported as far as it is done, except that a probe needs a finished run. For a damaged folder the report
has what can be read and lists what is missing; the exit code is then 2.

Examples:
  understory report runs/stage1
  understory report runs/stage1 --out stage1.html --colour-map jet
`;

export function reportCommand(program: Command, { io, finish }: CommandContext): void {
  define(program).action(async (folder, options) => finish(await report(folder, options, io)));
}

function define(program: Command) {
  const command = program
    .command('report')
    .description('write a self-contained HTML report of a run folder, with figures as SVG and PNG')
    .argument('<folder>', 'a run folder that `understory evaluate`, `attack` or `probe` wrote')
    .option('--out <file>', 'the HTML file (default: report.html in the run folder)')
    .addOption(
      new Option('--colour-map <name>', 'colours of the heat maps; Zheng uses jet')
        .choices(colourMapNames)
        .default(defaultColourMap),
    );
  return withOutput(command).addHelpText('after', details);
}

type ReportOptions = ReturnType<ReturnType<typeof define>['opts']>;

async function report(folder: string, options: ReportOptions, io: Io): Promise<ExitCode> {
  const run = await readRunFolder(resolve(io.cwd, folder), folder);
  const { html, figures, images, problems } = await renderReport(run, {
    codec: environmentOf(io).codec,
    colourMap: options.colourMap,
  });
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
  if (options.json)
    io.stdout.write(
      json({ page, figures: files, images, complete: run.isComplete ?? null, problems: problems.map(errorRecord) }),
    );
  else io.stdout.write([page, ...files].map((file) => `${file}\n`).join(''));
  for (const problem of problems) io.stderr.write(formatError(io, problem, { json: options.json === true }));
  if (run.isComplete === false && options.quiet !== true) {
    io.stderr.write(`note: the run is not finished${run.missing === undefined ? '' : `: ${run.missing}`}\n`);
  }
  return problems.length === 0 ? 0 : 2;
}
