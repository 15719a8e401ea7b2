import { namesOf, quoted, type CompletedCommand, type CompletedProgram } from './completed-program.ts';

function words(values: readonly string[]): string {
  return quoted(values.join(' '));
}

/** Completion for bash 3.2 and later, which needs nothing beside it. */
export function bashScript(completed: CompletedProgram): string {
  const { name: program, commands } = completed;
  const names = namesOf(completed);
  const branch = ({ name, options, first }: CompletedCommand) => {
    const valued = options.filter(({ takesValue }) => takesValue);
    const known = valued.filter(({ values }) => values !== undefined);
    const files = valued.filter(({ values }) => values === undefined);
    return `    ${name})
      case "$previous" in
${known.map(({ flags, values }) => `        ${flags.join('|')}) words=${words(values!.words)}; list=${values!.isList ? 1 : ''}${values!.orFiles === true ? '; files=1' : ''} ;;\n`).join('')}${files.length === 0 ? '' : `        ${files.flatMap(({ flags }) => flags).join('|')}) files=1 ;;\n`}        *)
          case "$current" in
            -*) words=${words(options.flatMap(({ flags }) => flags))} ;;
            *) files=1; [ "$COMP_CWORD" -eq 2 ] && words=${words(first?.words ?? [])} ;;
          esac ;;
      esac ;;`;
  };
  return `# Completion of ${program} for bash.
_${program}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local words='' files='' list='' before=''
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${words([...names.map(({ name }) => name), '--help', '--version'])} -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${commands.map(branch).join('\n')}
    help) words=${words(commands.map(({ name }) => name))} ;;
  esac
  if [ -n "$list" ] && [ "$current" != "\${current%,*}" ]; then
    before="\${current%,*},"
    current="\${current##*,}"
  fi
  [ -n "$words" ] && COMPREPLY=($(compgen -P "$before" -W "$words" -- "$current"))
  if [ -n "$files" ] && [ "\${#COMPREPLY[@]}" -eq 0 ]; then
    local IFS=$'\\n'
    COMPREPLY=($(compgen -f -- "$current"))
    compopt -o filenames 2>/dev/null || true
  fi
}
complete -F _${program} ${program}
`;
}
