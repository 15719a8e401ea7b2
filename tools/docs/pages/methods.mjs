import { anchorOf, code, table } from './markdown.mjs';

/** The entries of docs/bibliography.md: the section, the name in bold, the rest, first author and year. */
export function entriesOf(bibliography) {
  return bibliography
    .split(/^## /m)
    .slice(1)
    .flatMap((section) => {
      const [heading] = section.split('\n', 1);
      return Array.from(section.matchAll(/^- (?:\*\*(.+?)\.\*\* )?(.+)$/gm), ([, name, text]) => ({
        heading,
        name,
        text,
        surname: /^(?:\p{Lu}\p{Ll}?\.[ -]?)+ ?([\p{L}' -]+?)(?: \(|,|\.)/u.exec(text)?.[1],
        year: /\b((?:19|20)\d\d)\b(?!\d)(?=[^:]*$)/.exec(text.replaceAll(/arXiv:\S+/g, ''))?.[1],
      }));
    });
}

/**
 * The entries that a reference such as "Zheng, section 4.1; Petsiuk et al. 2018, section 4.2" names; a letter behind the year tells papers of one author and
 * year apart, in their order. Throws for one that is not there.
 */
export function entriesFor(reference, entries) {
  return reference.split('; ').map((part) => {
    const [, surname] = /^(?:after )?([\p{Lu}][\p{L}-]*)/u.exec(part) ?? [];
    const [, year, letter = 'a'] = /\b((?:19|20)\d\d)([a-z])?\b/.exec(part) ?? [];
    const own = entries.filter((entry) => entry.surname === surname && entry.year === year);
    const papers = [...new Map(own.map((entry) => [entry.text, entry])).values()];
    const found = papers['abcdefgh'.indexOf(letter)];
    if (found === undefined) throw new Error(`docs/bibliography.md has no entry for "${part}"`);
    return found;
  });
}

const sections = [
  ['explainer', 'Explainers'],
  ['metric', 'Metrics of heat maps'],
  ['probe', 'Probes'],
  ['attack', 'Attacks'],
  ['mask', 'Masks'],
  ['visualiser', 'Visualisers'],
  ['subject', 'What models say'],
  ['backend', 'Backends'],
  ['executor', 'Executors'],
];

function settings(options) {
  const rows = Object.entries(options).map(([name, option]) => {
    const { description, type, default: value, range, choices } = option;
    const takes = choices?.map(code).join(', ') ?? (range === undefined ? type : `${type}, ${range[0]} to ${range[1]}`);
    return [code(name), description, takes, code(Array.isArray(value) ? value.join('+') || 'none' : value)];
  });
  return table(['Setting', 'What it does', 'Takes', 'Default'], rows);
}

function section(
  { kind, id, title, description, reference, formula, needs, options, presets, plugin, reading },
  entries,
) {
  const parts = [
    `### ${title}`,
    `${code(id)} of [${code(plugin)}](../packages/${plugin.split('/')[1]}.md): ${description[0].toLowerCase()}${description.slice(1)}`,
  ];
  if (formula !== undefined) parts.push(`\`\`\`math\n${formula}\n\`\`\``);
  if (reference !== undefined) {
    const papers = entriesFor(reference, entries).map(
      ({ heading, text }) => `  - ${text} ([bibliography](../bibliography.md#${anchorOf(heading)}))`,
    );
    parts.push(`- Paper: ${reference}\n${[...new Set(papers)].join('\n')}`);
  }
  if (reading !== undefined) parts.push(`- Values: ${reading}, with the default settings`);
  if (needs !== undefined && needs.length > 0) parts.push(`- Needs of the model: ${needs.join(', ')}`);
  if (presets !== undefined) parts.push(`- Presets: ${Object.keys(presets).map(code).join(', ')}`);
  if (options !== undefined && Object.keys(options).length > 0) parts.push(settings(options));
  return parts.join('\n\n');
}

const symbols = `In the formulas of explainers, S is the target score, I the image, A with the index k a channel of a layer, G the gradient of S at it, and M the map.
Metrics write P for the probability of the explained class; attacks m for the mask, Π for the projection onto the allowed pixels and J for what the attack
raises; probes f for the model and π for a permutation of patches; visualisers a for what is raised, s for what the ascent changes, H for the inverse transform, C for
the axes of colours, σ for the sigmoid and τ for a random shift and zoom.`;

/** The page of methods, from what the plugins declare and the bibliography. */
export function methodsPage(contributions, bibliography) {
  const entries = entriesOf(bibliography);
  const parts = sections.flatMap(([kind, heading]) => {
    const own = contributions.filter((each) => each.kind === kind);
    return own.length === 0 ? [] : [`## ${heading}`, ...own.map((each) => section(each, entries))];
  });
  return `# Methods

Generated from what the plugins declare, which \`understory plugins --json\` prints, and from the [bibliography](../bibliography.md).

${symbols}

${parts.join('\n\n')}
`;
}
