import {
  namesOf,
  type CompletedCommand,
  type CompletedOption,
  type CompletedProgram,
  type CompletedValues,
} from './completed-program.ts';

/** Completion for fish 3. */
export function fishScript(completed: CompletedProgram): string {
  const { name: program, commands } = completed;
  const names = namesOf(completed);
  const fish = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const list = (values: CompletedValues) =>
    values.isList ? fish(`(__${program}_list ${values.words.join(' ')})`) : fish(values.words.join(' '));
  const option =
    (name: string) =>
    ({ flags, description, takesValue, values }: CompletedOption) => {
      const spelled = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
      const value = takesValue
        ? values === undefined
          ? ' -r -F'
          : ` ${values.orFiles === true ? '-r -F' : '-x'} -a ${list(values)}`
        : '';
      return `complete -c ${program} -n '__fish_seen_subcommand_from ${name}' ${spelled.join(' ')}${value} -d ${fish(description)}`;
    };
  const branch = ({ name, options, first }: CompletedCommand) => [
    ...options.map(option(name)),
    ...(first === undefined
      ? []
      : [`complete -c ${program} -n '__fish_seen_subcommand_from ${name}' -a ${fish(first.words.join(' '))}`]),
  ];
  return `# Completion of ${program} for fish.
function __${program}_list
    set -l before (string match -r '^.*,' -- (commandline -ct))
    for word in $argv
        echo $before$word
    end
end
${names.map(({ name, description }) => `complete -c ${program} -f -n __fish_use_subcommand -a ${name} -d ${fish(description)}`).join('\n')}
${commands.flatMap(branch).join('\n')}
`;
}
