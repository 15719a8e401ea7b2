import { resolve } from 'node:path';
import { type Command, Option } from '@commander-js/extra-typings';
import { nodeStore } from '@understory/experiments/node';
import { colourMapNames, defaultColourMap } from '@understory/imaging';
import { readStudyList } from '@understory/studies';
import type { CommandContext } from '../command-context.ts';
import { json } from '../formatters/json.ts';
import type { ExitCode, Io } from '../io.ts';
import { withOutput } from '../options.ts';

const details = `
The page is self-contained: figures and pictures are embedded, nothing is fetched. It follows the system's light or dark mode
and can be printed. The figures are also written as SVG and PNG files into the folder figures of the run.

The content depends on the run: heat maps (run of explain), faithfulness of explanations (evaluate), attack success by mask (attack),
the verdict of a probe (probe). The folder of a list of studies gets one page with the main results of each, beside their own. An unfinished run is reported as far as it is done, except that a probe needs a finished run. For a damaged folder the report
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
    .argument('<folder>', 'a run folder that `understory evaluate`, `attack`, `probe` or `run` wrote')
    .option('--out <file>', 'the HTML file (default: report.html in the run folder)')
    .addOption(
      new Option('--colour-map <name>', 'colours of the heat maps; Zheng uses jet; rdbu is for maps with signs')
        .choices(colourMapNames)
        .default(defaultColourMap),
    );
  return withOutput(command).addHelpText('after', details);
}

type ReportOptions = ReturnType<ReturnType<typeof define>['opts']>;

async function report(folder: string, options: ReportOptions, io: Io): Promise<ExitCode> {
  const list = await readStudyList(nodeStore(resolve(io.cwd, folder)), folder);
  const request = { folder, ...options };
  // What draws figures takes longer to load than other commands to begin.
  const { writeListReport, writeReport } = await import('../write-report.ts');
  const { code, files, document } = await (list === undefined
    ? writeReport(request, io)
    : writeListReport(list, request, io));
  io.stdout.write(options.json === true ? json(document) : files.map((file) => `${file}\n`).join(''));
  return code;
}
