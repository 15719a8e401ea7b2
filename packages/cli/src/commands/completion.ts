import { Argument, type Command, type CommandUnknownOpts, type Option } from '@commander-js/extra-typings';
import type { ContributionKind, Host } from '@understory/core';
import { loadPlugins } from '@understory/environment-node';
import {
  completionScript,
  shells,
  type CompletedCommand,
  type CompletedOption,
  type CompletedValues,
} from '@understory/report/text';
import { listZoo } from '@understory/zoo';
import type { CommandContext } from '../command-context.ts';
import { collect } from '../option-values.ts';

const details = `
The script completes commands, options and their values: ids of the plugins that are loaded in the current folder, bundled models, and files
where anything else is expected. Print it again after plugins were added.

Examples:
  understory completion bash >> ~/.bashrc
  understory completion zsh > ~/.zfunc/_understory
  understory completion fish > ~/.config/fish/completions/understory.fish
  understory completion bash --plugin understory-explain-mine
`;

export function completionCommand(program: Command, { io }: CommandContext): void {
  program
    .command('completion')
    .description('print a script that completes commands, options and values in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(shells))
    .option('--plugin <name|path>', 'an additional plugin; may be repeated', collect)
    .addHelpText('after', details)
    .action(async (shell, { plugin: plugins = [] }) => {
      const { host } = await loadPlugins({ cwd: io.cwd, plugins });
      try {
        const known = knownValues(
          host,
          (await listZoo()).map(({ name }) => name),
        );
        const commands = (program as CommandUnknownOpts).commands.map((command) => completed(command, known));
        io.stdout.write(completionScript(shell, { name: program.name(), commands }));
      } finally {
        await host.dispose();
      }
    });
}

type KnownValues = (command: string, name: string) => CompletedValues | undefined;

/** Values of options, and of the first arguments of commands, which plugins and the bundled models give. */
function knownValues(host: Host, models: readonly string[]): KnownValues {
  const idsOf = (kind: ContributionKind) => host.list(kind).map(({ id }) => id);
  const list = (words: readonly string[]): CompletedValues => ({ words, isList: true });
  const one = (words: readonly string[]): CompletedValues => ({ words, isList: false });
  const model = { ...one(models), orFiles: true };
  const values: Readonly<Record<string, CompletedValues>> = {
    '--explainer': list([...idsOf('explainer'), 'all', 'none']),
    '--metric': list(idsOf('metric')),
    '--mask': list(idsOf('mask')),
    '--visualiser': one(idsOf('visualiser')),
    '--backend': one(idsOf('backend')),
    '--model': model,
    '--transfer': model,
    'inspect model': model,
    'differentiate model': model,
    'attack attack': one(idsOf('attack')),
    'probe probe': one(idsOf('probe')),
  };
  // There a model has the name of a role in front.
  const isRole = (command: string, name: string) => ['run', 'study'].includes(command) && name === '--model';
  return (command, name) => {
    const key = name.startsWith('-') ? name : `${command} ${name}`;
    return isRole(command, name) || !Object.hasOwn(values, key) ? undefined : values[key];
  };
}

function completed(command: CommandUnknownOpts, known: KnownValues): CompletedCommand {
  const valuesOf = (name: string, choices: readonly string[] = []) =>
    choices.length > 0 ? { words: choices, isList: false } : known(command.name(), name);
  const optionOf = ({ long, short, description, required, optional, argChoices }: Option): CompletedOption => ({
    flags: [long, short].filter((flag) => flag !== undefined),
    description,
    takesValue: required || optional,
    values: required || optional ? valuesOf(long ?? '', argChoices) : undefined,
  });
  const [argument] = command.registeredArguments;
  const help = { flags: ['--help', '-h'], description: 'print this help', takesValue: false, values: undefined };
  return {
    name: command.name(),
    description: command.description(),
    options: [...command.options.filter(({ hidden }) => !hidden).map(optionOf), help],
    first: argument && valuesOf(argument.name(), argument.argChoices),
  };
}
