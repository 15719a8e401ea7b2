import { formatFiles } from '@nx/devkit';
import { camelCase } from './page.mjs';
import { probeOperator } from './probe-operator.mjs';

const home = 'packages/onnx-autodiff';
const covers = 'One input, element by element; by symmetric differences, to about three digits.';
const refused = { form: 'more than one input', reason: 'the quotient of differences is that of one' };
/** What stands before the name of a rule's file, by domain. */
const prefixes = { '': '', 'com.microsoft': 'microsoft-' };

/** Writes the rule of an element-wise operator of one input, its lines in the tables, and its row of the gradient check. */
export default async function gradientRule(tree, { operator, domain: written = '' }) {
  const domain = written === 'ai.onnx' ? '' : written;
  const file = `${prefixes[domain]}${fileOf(operator)}`;
  const path = `${home}/src/gradients/${file}.ts`;
  refuseExisting(tree, path, operator, domain);
  const { since, range, kinks } = await probeOperator(operator, domain);
  const rule = { operator, domain, since, name: camelCase(file) };
  tree.write(path, ruleOf(rule));
  change(tree, `${home}/src/gradients/index.ts`, (text) => registered(text, rule.name, file));
  if (!hasShape(tree, operator)) change(tree, `${home}/src/shapes/elementwise.ts`, (text) => shaped(text, rule));
  const of = domain === '' ? '' : `, domain: '${domain}'`;
  const opset = since > 18 ? `, opset: ${since}` : '';
  const avoid = kinks.length > 0 ? `, avoid: [${kinks}]` : '';
  const input = `{ dims: [2, 3, 4], range: [${range}]${avoid} }`;
  change(tree, `${home}/test/rows/activations.ts`, (text) =>
    text.replace(/\n\];\n$/, `\n  { operator: '${operator}'${of}, form: 'any'${opset}, inputs: [${input}] },\n];\n`),
  );
  change(tree, 'docs/operators.md', (text) => listed(text, rule));
  change(tree, `${home}/README.md`, (text) => named(text, rule));
  await formatFiles(tree);
}

/** A rule of that name and domain, whatever its file is called, or an entry among those without a derivative. */
function refuseExisting(tree, path, operator, domain) {
  const folder = `${home}/src/gradients`;
  const isSame = (file) => {
    const text = tree.read(file, 'utf8');
    const of = (key) => new RegExp(`\\b${key}: '([^']*)'`).exec(text)?.[1];
    return of('operator') === operator && (of('domain') ?? '') === domain;
  };
  const files = [path, ...tree.children(folder).map((name) => `${folder}/${name}`)];
  const existing = files.find((file) => tree.exists(file) && (file === path || isSame(file)));
  const isConstant = domain === '' && tree.read(`${folder}/no-gradient.ts`, 'utf8').includes(`'${operator}'`);
  if (existing === undefined && !isConstant) return;
  const title = domain === '' ? operator : `${domain}.${operator}`;
  throw new Error(`${title} has a rule already: ${existing ?? 'it is in no-gradient.ts'}. Change that one.`);
}

/** `GatherND` as `gather-nd`. */
function fileOf(operator) {
  return operator
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
}

function ruleOf({ operator, domain, since, name }) {
  return `import { errors } from '../errors.ts';
import type { GradientRule } from '../gradient-rule.ts';

export const ${name}: GradientRule = {
  operator: '${operator}',${domain === '' ? '' : `\n  domain: '${domain}',`}
  opsets: [${since}, 26],
  covers: '${covers}',
  refuses: { '${refused.form}': '${refused.reason}' },
  gradient({ node, inputs: [x, ...others], gradients: [dy], graph }) {
    if (others.length > 0) throw errors.ruleLimit('${operator}', node.name, \`\${1 + others.length} inputs\`, 'one input');
    return {
      0: () => {
        // At steps of 2^-7 the error of the difference is about that of float32.
        const step = graph.scalarLike(x!, 2 ** -7);
        const above = graph.again(node, graph.add(x!, step));
        const below = graph.again(node, graph.sub(x!, step));
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

/** The shape rules with one more operator whose result has the type and shape of its input. */
function shaped(text, { operator, domain }) {
  return text.replace(/^ *\/\/ com\.microsoft$/m, (line) => {
    const own = `...['${operator}'],`;
    return domain === '' ? `${own}\n${line}` : `${line}\n${own}`;
  });
}

/** The page of operators with one more entry in its first list. */
function listed(text, { operator, domain, since }) {
  const lines = text
    .replace(/^## (\d+) with a gradient$/m, (_, count) => `## ${Number(count) + 1} with a gradient`)
    .split('\n');
  const first = lines.findIndex((line) => line.startsWith('- **'));
  const end = lines.indexOf('', first);
  const keyOf = (line) => {
    const [, name, of = ''] = /\*\*(\w+)\*\* \((?:(\w[\w.]*\.\w+), )?opset/.exec(line);
    return sortKey(name, of);
  };
  const place = lines.findIndex((line, at) => at >= first && at < end && keyOf(line) > sortKey(operator, domain));
  const opsets = `${domain === '' ? '' : `${domain}, `}opset ${since} to 26`;
  lines.splice(
    place < 0 ? end : place,
    0,
    `- **${operator}** (${opsets}): ${covers} Refused: ${refused.form} (${refused.reason}).`,
  );
  return lines.join('\n');
}

/** The README's row of names with one more. */
function named(text, { operator, domain }) {
  return text.replace(/^\| (\d+) with a gradient( *)\| (.*?) *\|$/m, (_, count, space, list) => {
    const keyOf = (name) => sortKey(name.split('.').at(-1), name.split('.').slice(0, -1).join('.'));
    const names = [...list.split(', '), domain === '' ? operator : `${domain}.${operator}`];
    const sorted = names.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
    return `| ${Number(count) + 1} with a gradient${space}| ${sorted.join(', ')} |`;
  });
}

/** By operator, then by domain. */
function sortKey(operator, domain) {
  return `${operator}\0${domain}`;
}

function change(tree, path, to) {
  const before = tree.read(path, 'utf8');
  const after = to(before);
  if (after === before) throw new Error(`${path} is not as the generator expects it.`);
  tree.write(path, after);
}
