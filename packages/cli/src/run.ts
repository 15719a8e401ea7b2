import { CommanderError } from '@commander-js/extra-typings';
import { cliErrors } from './errors.ts';
import type { ExitCode, Io } from './io.ts';
import { buildProgram } from './program.ts';
import { formatError } from './report-error.ts';

/** Runs one command line, without the name of the program; never throws, never ends the process. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = buildProgram({ io, finish: (wanted) => void (code = wanted) });
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
