import { code, table } from './markdown.mjs';

/** What an option or argument takes where nobody says, as a reader would write it. */
function shown(value) {
  if (value === undefined || value === false) return '';
  return code(Array.isArray(value) ? value.join(',') : value);
}

function choicesOf({ description, choices }) {
  return choices.length === 0 ? description : `${description}; one of ${choices.map(code).join(', ')}`;
}

/** The page of one command, from the same tree that prints its help. */
export function commandPage(command) {
  const { usage, description, details, examples } = command;
  const parts = [
    `# ${usage.split(' [')[0]}`,
    `${description[0].toUpperCase()}${description.slice(1)}.`,
    `\`\`\`\n${usage}\n\`\`\``,
  ];
  if (command.arguments.length > 0) {
    parts.push(
      '## Arguments',
      table(
        ['Argument', 'What it is'],
        command.arguments.map((each) => [code(each.name), choicesOf(each)]),
      ),
    );
  }
  if (command.options.length > 0) {
    const rows = command.options.map((option) => [code(option.flags), choicesOf(option), shown(option.default)]);
    parts.push('## Options', table(['Option', 'What it does', 'Default'], rows));
  }
  if (details !== '') parts.push('## Details', `\`\`\`text\n${details}\n\`\`\``);
  if (examples.length > 0) parts.push('## Examples', `\`\`\`sh\n${examples.join('\n')}\n\`\`\``);
  return `${parts.join('\n\n')}\n`;
}

/** Every command of a tree with the path of its page, those within commands behind them. */
export function commandsOf(tree) {
  return tree.commands.flatMap((command) => [
    { path: command.name, command },
    ...command.commands.map((inner) => ({ path: `${command.name}-${inner.name}`, command: inner })),
  ]);
}

/** The page that lists all commands. */
export function commandsPage(tree) {
  const rows = commandsOf(tree).map(({ path, command }) => [
    `[${code(command.usage.split(' [')[0])}](./${path}.md)`,
    command.description,
  ]);
  return `# Commands

${tree.description}

${table(['Command', 'What it does'], rows)}

\`\`\`text
${tree.details}
\`\`\`

\`\`\`sh
${tree.examples.join('\n')}
\`\`\`
`;
}
