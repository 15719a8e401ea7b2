import { Writable } from 'node:stream';
import type { Argument, CommandUnknownOpts, Option } from '@commander-js/extra-typings';
import { buildProgram } from './program.ts';

/** A command as data, for references and completions of shells. */
export interface CommandDescription {
  readonly name: string;
  readonly description: string;
  /** As its help shows it: `understory explain [options] <images...>`. */
  readonly usage: string;
  readonly arguments: readonly ArgumentDescription[];
  readonly options: readonly OptionDescription[];
  /** What its help says below the options, without the examples. */
  readonly details: string;
  /** Command lines, as its help shows them, each on one line. */
  readonly examples: readonly string[];
  readonly commands: readonly CommandDescription[];
}

export interface ArgumentDescription {
  readonly name: string;
  readonly description: string;
  readonly isRequired: boolean;
  readonly isVariadic: boolean;
  readonly choices: readonly string[];
  readonly default?: unknown;
}

export interface OptionDescription {
  /** As its help shows them: `-h, --help`, `--limit <n>`. */
  readonly flags: string;
  readonly long: string | undefined;
  readonly short: string | undefined;
  readonly description: string;
  /** What it takes after its name; a switch takes nothing. */
  readonly value: 'none' | 'required' | 'optional';
  readonly isRequired: boolean;
  readonly isVariadic: boolean;
  readonly choices: readonly string[];
  readonly default?: unknown;
}

/** The whole command, with a command in it for each of its commands. */
export function commandTree(): CommandDescription {
  const chunks: string[] = [];
  const stdout = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  const io = { stdout, stderr: stdout, env: {}, cwd: '.', signal: new AbortController().signal, runtime: '' };
  const program: CommandUnknownOpts = buildProgram({ io, finish: () => undefined });
  const helpOf = (command: CommandUnknownOpts): string => {
    chunks.length = 0;
    command.outputHelp();
    return chunks.join('').slice(command.helpInformation().length);
  };
  return describe(program, helpOf);
}

function describe(command: CommandUnknownOpts, helpOf: (command: CommandUnknownOpts) => string): CommandDescription {
  const [details = '', examples = ''] = helpOf(command).split(/^Examples:$/m);
  return {
    name: command.name(),
    description: command.description(),
    usage: `${pathOf(command)} ${command.usage()}`,
    arguments: command.registeredArguments.map(argumentOf),
    options: command.options.filter(({ hidden }) => !hidden).map(optionOf),
    details: details.trim(),
    examples: examples
      .replaceAll(/ ?\\\n */g, ' ')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
    commands: command.commands.map((each) => describe(each, helpOf)),
  };
}

/** The name of a command behind those of the commands that it belongs to. */
function pathOf(command: CommandUnknownOpts): string {
  const names: string[] = [];
  for (let each: CommandUnknownOpts | null = command; each !== null; each = each.parent) names.unshift(each.name());
  return names.join(' ');
}

function argumentOf(argument: Argument): ArgumentDescription {
  const { description, required, variadic, argChoices = [], defaultValue } = argument;
  return {
    name: argument.name(),
    description,
    isRequired: required,
    isVariadic: variadic,
    choices: argChoices,
    ...(defaultValue === undefined ? {} : { default: defaultValue }),
  };
}

function optionOf(option: Option): OptionDescription {
  const { flags, long, short, description, required, optional, mandatory, variadic, argChoices, defaultValue } = option;
  return {
    ...{ flags, long, short, description },
    value: required ? 'required' : optional ? 'optional' : 'none',
    isRequired: mandatory,
    isVariadic: variadic,
    choices: argChoices ?? [],
    ...(defaultValue === undefined ? {} : { default: defaultValue }),
  };
}
