import { Command, CommanderError } from '@commander-js/extra-typings';
import { attackCommand } from './commands/attack.ts';
import { demoCommand } from './commands/demo.ts';
import { differentiateCommand } from './commands/differentiate.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { explainCommand } from './commands/explain.ts';
import { inspectCommand } from './commands/inspect.ts';
import { pluginsCommand } from './commands/plugins.ts';
import { probeCommand } from './commands/probe.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { cliErrors } from './errors.ts';
import type { CommandContext } from './command-context.ts';
import type { ExitCode, Io } from './io.ts';
import { formatError } from './report-error.ts';
import { version } from './manifest.ts';

const about = `
Exit codes: 0 done, 1 the check said no, 2 wrong usage or a failure. Results go to stdout, everything else to stderr.

Examples:
  understory demo
  understory explain cat.png
  understory explain photos/*.jpg --explainer cam,gradcam --target top3 --out out
  understory evaluate cifar10:data/cifar10 --model cifar10-resnet --explainer cam,gradcam --preset paper --out runs/stage1
  understory attack pgd photos/*.jpg --target-class agama --mask all,origin-top --preset paper --out runs/attack
  understory probe shuffle oxford-pets:data/pets --grid 2,4,8 --out runs/shuffle
  understory report runs/stage1
  understory inspect model.onnx
  understory differentiate model.onnx --objective score:logits --wrt input --out model.grad.onnx
  understory <command> --help
`;

/** Runs one command line, without the name of the program; never throws, never ends the process. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = 0;
  const context: CommandContext = { io, finish: (wanted) => void (code = wanted) };
  const program = new Command('understory')
    .description('Explain, evaluate, probe and attack vision models.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      // Usage errors are printed like all others, below.
      outputError: () => undefined,
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride()
    .addHelpText('after', about);
  const commands = [
    explainCommand,
    evaluateCommand,
    attackCommand,
    probeCommand,
    runCommand,
    reportCommand,
    inspectCommand,
    differentiateCommand,
    pluginsCommand,
  ];
  for (const add of [...commands, demoCommand]) add(program, context);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      // Without a command the help itself is the answer.
      if (error.code === 'commander.help') return 2;
    }
    const json = argv.includes('--json');
    io.stderr.write(
      formatError(io, error instanceof CommanderError ? usageError(error, argv, program) : error, { json }),
    );
    return 2;
  }
}

function usageError(
  error: CommanderError,
  argv: readonly string[],
  program: { commands: readonly { name(): string }[] },
) {
  const [message = '', hint] = error.message.replace(/^error: /, '').split('\n');
  const command = program.commands.map((known) => known.name()).find((name) => name === argv[0]);
  return cliErrors.usage({
    message: `${message[0]?.toUpperCase() ?? ''}${message.slice(1)}${/[.?!]$/.test(message) ? '' : '.'}`,
    suggestion: hint?.replace(/^\((.*)\)$/, '$1'),
    command: command === undefined ? 'understory' : `understory ${command}`,
  });
}
