import { formatFiles } from '@nx/devkit';
import { camelCase } from './page.mjs';

const home = 'packages/onnx-autodiff';
const covers = 'One input, element by element, without attributes; by symmetric differences, to about three digits.';

/** Writes the rule of an element-wise operator of one input, its lines in the tables, and its row of the gradient check. */
export default async function gradientRule(tree, { operator }) {
  const file = fileOf(operator);
  const path = `${home}/src/gradients/${file}.ts`;
  const table = tree.read(`${home}/src/gradients/no-gradient.ts`, 'utf8');
  if (tree.exists(path) || table.includes(`'${operator}'`)) {
    throw new Error(`${operator} has a rule already: ${tree.exists(path) ? path : 'it is in no-gradient.ts'}.`);
  }
  tree.write(path, ruleOf(operator, camelCase(file)));
  change(tree, `${home}/src/gradients/index.ts`, (text) => registered(text, camelCase(file), file));
  if (!hasShape(tree, operator)) {
    change(tree, `${home}/src/shapes/elementwise.ts`, (text) =>
      text.replace(/^ *\/\/ com\.microsoft$/m, (line) => `...['${operator}'],\n${line}`),
    );
  }
  change(tree, `${home}/test/rows/activations.ts`, (text) =>
    text.replace(/\n\];\n$/, `\n  { operator: '${operator}', form: 'any', inputs: [x] },\n];\n`),
  );
  change(tree, 'docs/operators.md', (text) => listed(text, operator));
  await formatFiles(tree);
}

/** `GatherND` as `gather-nd`. */
function fileOf(operator) {
  return operator
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
}

function ruleOf(operator, name) {
  return `import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';

export const ${name}: GradientRule = {
  operator: '${operator}',
  opsets: [7, 26],
  covers: '${covers}',
  gradient({ node, inputs: [x, ...others], gradients: [dy], graph }) {
    const settings = node.attributes().map((attribute) => attribute.name);
    if (others.length > 0 || settings.length > 0) {
      const found = \`\${1 + others.length} inputs, attributes: \${settings.join(', ') || 'none'}\`;
      throw errors.ruleLimit('${operator}', node.name, found, 'one input and no attributes');
    }
    return {
      0: () => {
        // At steps of 2^-7 the error of the difference is about that of float32.
        const step = graph.scalarLike(x!, 2 ** -7);
        const above = graph.op('${operator}', [graph.add(x!, step)]);
        const below = graph.op('${operator}', [graph.sub(x!, step)]);
        return graph.mul(dy!, graph.scale(graph.sub(above, below), 2 ** 6));
      },
    };
  },
};
`;
}

/** The table with one more import and one more rule, each where the alphabet has it. */
function registered(text, name, file) {
  const lines = text.split('\n');
  const insert = (pattern, key, line) => {
    const places = lines.flatMap((each, at) => (pattern.test(each) ? [at] : []));
    const place = places.find((at) => pattern.exec(lines[at])[1].toLowerCase() > key.toLowerCase());
    lines.splice(place ?? places.at(-1) + 1, 0, line);
  };
  insert(/^import \{ \w+ \} from '\.\/(.+)\.ts';$/, file, `import { ${name} } from './${file}.ts';`);
  insert(/^ {2}(\w+),$/, name, `  ${name},`);
  return lines.join('\n');
}

function hasShape(tree, operator) {
  const folder = `${home}/src/shapes`;
  const named = new RegExp(`'${operator}'|^ *${operator}:`, 'm');
  return tree.children(folder).some((name) => named.test(tree.read(`${folder}/${name}`, 'utf8')));
}

/** The page of operators with one more entry in its first list. */
function listed(text, operator) {
  const lines = text
    .replace(/^## (\d+) with a gradient$/m, (_, count) => `## ${Number(count) + 1} with a gradient`)
    .split('\n');
  const first = lines.findIndex((line) => line.startsWith('- **'));
  const end = lines.indexOf('', first);
  const nameOf = (line) => /\*\*(\w+)\*\*/.exec(line)[1];
  const place = lines.findIndex((line, at) => at >= first && at < end && nameOf(line) > operator);
  lines.splice(place < 0 ? end : place, 0, `- **${operator}** (opset 7 to 26): ${covers}`);
  return lines.join('\n');
}

function change(tree, path, to) {
  const before = tree.read(path, 'utf8');
  const after = to(before);
  if (after === before) throw new Error(`${path} is not as the generator expects it.`);
  tree.write(path, after);
}
