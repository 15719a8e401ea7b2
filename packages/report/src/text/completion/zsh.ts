import {
  namesOf,
  quoted,
  type CompletedCommand,
  type CompletedOption,
  type CompletedProgram,
  type CompletedValues,
} from './completed-program.ts';

/** Completion for zsh, loaded by a file in `fpath` or by `source`. */
export function zshScript(completed: CompletedProgram): string {
  const { name: program, commands } = completed;
  const names = namesOf(completed);
  const described = ({ name, description }: Pick<CompletedCommand, 'name' | 'description'>) =>
    quoted(`${name}:${description.replaceAll(':', '\\:')}`);
  const plain = (text: string) => text.replaceAll(/[\\[\]:]/g, '\\$&');
  const action = (values: CompletedValues | undefined) => {
    if (values === undefined) return '_files';
    if (values.orFiles === true) return `{compadd -- ${values.words.join(' ')}; _files}`;
    return values.isList ? `_values -s , value ${values.words.map(plain).join(' ')}` : `(${values.words.join(' ')})`;
  };
  const option = ({ flags, description, takesValue, values }: CompletedOption) =>
    flags.map((flag) => quoted(`*${flag}[${plain(description)}]${takesValue ? `:value:${action(values)}` : ''}`));
  const branch = ({ name, options, first }: CompletedCommand) => `    ${name})
      _arguments \\
        ${[...options.flatMap(option), quoted(`1:argument:${action(first)}`), quoted('*:file:_files')].join(' \\\n        ')} ;;`;
  return `#compdef ${program}
# Completion of ${program} for zsh.
_${program}() {
  local -a commands
  commands=(${names.map(described).join(' ')})
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(branch).join('\n')}
    help) _describe command commands ;;
  esac
}
if [ "$funcstack[1]" = _${program} ]; then _${program} "$@"; else compdef _${program} ${program}; fi
`;
}
