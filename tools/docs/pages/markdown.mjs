/** A cell of a table: on one line, with its bars escaped. */
const cell = (text) => String(text).replaceAll('\n', ' ').replaceAll('|', '\\|');

/** A table of Markdown. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Text as code, with as many back quotes around it as it needs. */
export const code = (text) => (String(text).includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``);

/** The anchor that a heading gets, as GitHub makes it. */
export const anchorOf = (heading) =>
  heading
    .toLowerCase()
    .trim()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
