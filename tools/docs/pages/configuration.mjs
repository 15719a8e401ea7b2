import { code, table } from './markdown.mjs';

/** The type that a JSON schema means, in words. */
function typeOf(schema) {
  if (schema.const !== undefined) return code(JSON.stringify(schema.const));
  if (schema.enum !== undefined) return schema.enum.map((value) => code(JSON.stringify(value))).join(', ');
  const any = schema.anyOf ?? schema.oneOf;
  if (any !== undefined) return [...new Set(any.map(typeOf))].join(', or ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  if (schema.type === 'object') {
    const keys = Object.keys(schema.properties ?? {});
    if (keys.length > 0) return `object of ${keys.map(code).join(', ')}`;
    return `${typeOf(schema.additionalProperties ?? {})} by name`;
  }
  return schema.type ?? 'any value';
}

/** The keys of an object's schema, those that may not be left out first. */
export function keysOf({ properties, required = [] }) {
  const rows = Object.entries(properties).map(([key, schema]) => [
    code(key) + (required.includes(key) && schema.default === undefined ? ' (required)' : ''),
    typeOf(schema),
    schema.default === undefined ? '' : code(JSON.stringify(schema.default)),
    schema.description ?? '',
  ]);
  return table(['Key', 'Value', 'Default', 'What it is'], rows);
}

/** The page of `understory.config.json` and of study files. */
export function configurationPage(configuration, studyFile) {
  const [single, list] = studyFile.anyOf;
  const kinds = (single.oneOf ?? single.anyOf).map((schema) => ({ schema, name: schema.properties.study.const }));
  const { images, preprocessing } = kinds[0].schema.properties;
  const ofAll = Object.keys(kinds[0].schema.properties).filter(
    (key) =>
      key !== 'study' &&
      kinds.every(
        ({ schema }) => JSON.stringify(schema.properties[key]) === JSON.stringify(kinds[0].schema.properties[key]),
      ),
  );
  const only = (schema, isWanted) => ({
    ...schema,
    properties: Object.fromEntries(Object.entries(schema.properties).filter(([key]) => isWanted(key))),
  });
  const own = kinds.map(
    ({ schema, name }) =>
      `### ${code(`"study": "${name}"`)}\n\n${keysOf(only(schema, (key) => key !== 'study' && !ofAll.includes(key)))}`,
  );
  return `# Configuration and study files

Generated from the schemas that the command checks files with.

## The configuration of a folder

\`understory.config.json\` in the current folder, or \`understory.config.mjs\` with the same object as its default export. What follows
\`--plugin\` and \`--backend\` on the command line is added to it.

${keysOf(configuration)}

\`\`\`json
${JSON.stringify(configuration.examples[0], null, 2)}
\`\`\`

## A study

What \`understory run\` reads, every command that runs a study prints with \`--print-spec\`, and \`runStudy\` of \`@understory/studies\` takes.
\`studyJsonSchema()\` of the same package gives the JSON schema of this, for editors.

### Keys of every study

${keysOf(only(kinds[0].schema, (key) => ofAll.includes(key)))}

${own.join('\n\n')}

### ${code('images')}

${keysOf(images)}

### ${code('preprocessing')}

${keysOf(preprocessing)}

## A list of studies

Runs each study into its own folder, with one report over them.

${keysOf(list)}
`;
}
