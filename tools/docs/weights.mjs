// Writes docs/weights.md from the cards of the bundled networks: npm run weights. A test compares the page, and each file with its card.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { table } from './pages/markdown.mjs';

const models = new URL('../../packages/zoo/models/', import.meta.url);
const page = fileURLToPath(new URL('../../docs/weights.md', import.meta.url));

/** A line of a card's list, such as `- licence: Apache-2.0, in LICENSE`, which may go on in the next; throws where there is none. */
function lineOf(card, name, model) {
  const found = new RegExp(`^- ${name}: (.+(?:\\n {2}\\S.*)*)`, 'm').exec(card);
  if (found === null) throw new Error(`the card of ${model} has no line "- ${name}: ..."`);
  return found[1].replaceAll(/\s*\n\s*/g, ' ');
}

/** What the card of a bundled network says of where it comes from. */
function describe(model) {
  const card = readFileSync(new URL(`${model}/README.md`, models), 'utf8');
  const license = /^license: (\S+)$/m.exec(card)?.[1];
  if (license === undefined) throw new Error(`the card of ${model} has no license in its head`);
  const files = Array.from(
    card.matchAll(/`([^`\n]+)`, ([\d,]+) bytes,\s+SHA-256\s+`([0-9a-f]{64})`/g),
    ([, path, bytes, hash]) => ({ path, bytes, hash }),
  );
  if (files.length === 0) throw new Error(`the card of ${model} has no file with its SHA-256`);
  return {
    ...{ model, license, files },
    title: /^# (.+)$/m.exec(card)[1],
    weights: lineOf(card, 'weights', model),
    terms: lineOf(card, 'licence', model),
  };
}

/** The page, with every bundled network. */
export async function weightsPage() {
  const found = readdirSync(models, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => describe(name))
    .sort((a, b) => (a.model < b.model ? -1 : 1));
  const card = (model) => `[${model}](../packages/zoo/models/${model}/README.md)`;
  const sections = found.map(
    ({ model, title, weights, terms, files }) => `### ${model}

${title}, ${card(model).replace(/^\[.*?\]/, '[its card]')}.

- weights: ${weights}
- licence: ${terms}

${table(
  ['File', 'Bytes', 'SHA-256'],
  files.map(({ path, bytes, hash }) => [`\`${path}\``, bytes, `\`${hash}\``]),
)}`,
  );
  const text = `# Bundled weights

Where the weights of each bundled network come from, under which licence they are, and what their files are. Written from the cards in
\`packages/zoo/models\` by \`npm run weights\`; a test fails where this page differs from a card, or a file from its SHA-256.

${table(
  ['Network', 'Licence', 'Where the weights come from'],
  found.map(({ model, license, weights }) => [
    card(model),
    license,
    weights.startsWith('trained') ? 'trained in this repository' : weights.split(';')[0],
  ]),
)}

Networks that were trained in this repository saw only pictures that it drew itself, except \`cifar10-resnet\`, which was trained on the training split of
CIFAR-10. The photographs of the demo are credited in [packages/cli/samples](../packages/cli/samples/README.md).

${sections.join('\n\n')}
`;
  return format(text, { ...(await resolveConfig(page)), parser: 'markdown' });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(page, await weightsPage());
