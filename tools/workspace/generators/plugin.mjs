import { formatFiles, readJson, updateJson } from '@nx/devkit';
import { link } from './link.mjs';
import { camelCase, commandsOf, filesOf, pascalCase, renamed, titleOf } from './page.mjs';
import { provided } from './provided.mjs';

/**
 * Each kind with what the host calls it where that is another word, its page of docs/how-to, the name that the page's code has, and
 * what the workspace says of such packages.
 */
export const kinds = {
  explain: {
    kind: 'explainer',
    page: 'explainer',
    example: 'gradient-norm',
    tag: 'plugin',
    owner: 'explainers',
    what: 'An explainer',
  },
  metric: { page: 'metric', example: 'peak-share', tag: 'plugin', owner: 'metrics', what: 'A metric' },
  probe: { page: 'probe', example: 'mirror-image', tag: 'plugin', owner: 'probes', what: 'A probe' },
  attack: { page: 'attack', example: 'random-noise', tag: 'plugin', owner: 'attacks', what: 'An attack' },
  mask: { page: 'mask', example: 'centre-disc', tag: 'plugin', owner: 'attacks', what: 'A mask of attacks' },
  visualise: {
    kind: 'visualiser',
    page: 'visualiser',
    example: 'coloured-squares',
    tag: 'plugin',
    owner: 'explainers',
    what: 'A visualiser',
  },
  subject: { page: 'subject', example: 'channel-counts', tag: 'plugin', owner: 'subjects', what: 'A kind of subject' },
  executor: { page: 'executor', example: 'one-by-one', tag: 'plugin', owner: 'experiments', what: 'An executor' },
  backend: { page: 'backend', example: 'weight-table', tag: 'backend', owner: 'backends', what: 'A backend' },
};

/** A peer of every package, so that the command and its plugins share the one that there is. */
const core = '@understory/core';

/** Writes a package of the code that the page of its kind shows, and adds it to the lists of the workspace. */
export default async function plugin(tree, { kind, name }) {
  const { kind: contribution = kind, page, example, tag, owner, what } = kinds[kind];
  const folder = `packages/${kind}-${name}`;
  const packageName = `@understory/${kind}-${name}`;
  if (tree.exists(folder)) throw new Error(`${folder} exists already. Choose another name.`);
  const text = tree.read(`docs/how-to/${page}.md`, 'utf8');
  const files = filesOf(text);
  refuseTakenName(name, example, files);
  refuseTakenId(tree, contribution, name);

  for (const [path, code] of files) {
    tree.write(`${folder}/${renamed(path, example, name)}`, renamed(code, example, name));
  }
  const description = /description: '(.*)'/.exec(files.get('src/plugin.ts'))[1];
  const imports = importsOf(files);
  const versionOf = (of) => `^${readJson(tree, `packages/${of.split('/')[1]}/package.json`).version}`;
  const versions = (names) => Object.fromEntries(names.map((of) => [of, versionOf(of)]));
  const manifest = {
    name: packageName,
    version: '0.1.0',
    description,
    license: 'Apache-2.0',
    type: 'module',
    sideEffects: false,
    engines: readJson(tree, 'package.json').engines,
    exports: {
      '.': { '@understory/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
      './package.json': './package.json',
    },
    files: readJson(tree, 'packages/core/package.json').files,
    publishConfig: { access: 'public' },
    nx: { tags: [`type:${tag}`] },
    ...fieldOf('dependencies', versions(imports.source.filter((of) => of !== core))),
    peerDependencies: versions([core]),
    devDependencies: versions(imports.test),
  };
  const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
  tree.write(`${folder}/package.json`, json(manifest));

  const all = [...imports.source, ...imports.test];
  const references = (names) => names.map((of) => ({ path: `../${of.split('/')[1]}/tsconfig.lib.json` }));
  const own = { path: './tsconfig.lib.json' };
  for (const [file, value] of [
    ['tsconfig.json', { files: [], include: [], references: [own, { path: './tsconfig.spec.json' }] }],
    ['tsconfig.lib.json', { ...tsconfigOf(tree, 'lib', tag), references: references(all) }],
    ['tsconfig.spec.json', { ...tsconfigOf(tree, 'spec', tag), references: [own, ...references(all)] }],
  ]) {
    tree.write(`${folder}/${file}`, json({ extends: '../../tsconfig.base.json', ...value }));
  }
  tree.write(
    `${folder}/jest.config.mjs`,
    `import { packageConfig } from '../../jest.preset.mjs';\n\nexport default packageConfig('${kind}-${name}');\n`,
  );
  tree.write(`${folder}/LICENSE`, tree.read('LICENSE', 'utf8'));
  tree.write(`${folder}/README.md`, readmeOf({ packageName, what, name, description, page, text, example }));

  updateJson(tree, 'tsconfig.json', (value) => ({
    ...value,
    references: [...value.references, { path: `./${folder}` }],
  }));
  addRow(tree, 'ARCHITECTURE.md', `| [\`${packageName}\`](${folder}) | ${titleOf(name)}: ${lowerFirst(description)} |`);
  addOwner(tree, `/${folder}/`, `@understory/${owner}`);
  addToLock(tree, folder, manifest);
  await formatFiles(tree);
  return () => link(tree.root, packageName, folder);
}

/** The name of the code becomes this one, which must not be that of anything else in it. */
function refuseTakenName(name, example, files) {
  const identifier = camelCase(name);
  try {
    // As in a module: `await` is a word of the language there.
    new Function(`'use strict'; async () => { const ${identifier} = 0; };`);
  } catch {
    throw new Error(`"${identifier}" is a word of the language. Choose another name.`);
  }
  if (name === example) return;
  const words = new Set([...files.values()].flatMap((code) => code.match(/[A-Za-z_$][\w$]*/g)));
  const own = [...words].filter((word) => word.includes(camelCase(example)) || word.includes(pascalCase(example)));
  const taken = own.map((word) => renamed(word, example, name)).find((word) => words.has(word));
  if (taken !== undefined) {
    throw new Error(`"${taken}" means something else in the code that is written. Choose another name.`);
  }
}

/** An id is provided once: a host with two plugins that provide the same one does not start. */
function refuseTakenId(tree, kind, id) {
  const taken = provided(tree.root).find((each) => each.kind === kind && each.id === id);
  if (taken === undefined) return;
  throw new Error(`The ${kind} "${id}" is there already: ${taken.package} provides it. Choose another name.`);
}

/** What source and test import of the workspace's packages. */
function importsOf(files) {
  const of = (isIncluded) => {
    const code = [...files].filter(([path]) => isIncluded(path)).map(([, text]) => text);
    return [...new Set(code.flatMap((text) => text.match(/(?<= from ')@understory\/[a-z-]+/g) ?? []))].sort();
  };
  const source = of((path) => path.startsWith('src/'));
  return { source, test: of((path) => path.startsWith('test/')).filter((name) => !source.includes(name)) };
}

/** Compiler settings as those of a package that exists: a backend reads files and is for Node, the other kinds run anywhere. */
function tsconfigOf(tree, part, tag) {
  const like = tag === 'backend' ? 'backend-onnx' : 'explain-gradcam';
  const { compilerOptions, include } = readJson(tree, `packages/${like}/tsconfig.${part}.json`);
  return { compilerOptions, include };
}

function readmeOf({ packageName, what, name, description, page, text, example }) {
  const [use] = commandsOf(text);
  return [
    `# ${packageName}`,
    '',
    description,
    '',
    '| Id | What it is |',
    '| --- | --- |',
    `| \`${name}\` | ${what}. ${description} |`,
    '',
    '```sh',
    renamed(use, example, name).trimEnd(),
    '```',
    '',
    `How such a package is made and tested: [docs/how-to/${page}.md](../../docs/how-to/${page}.md).`,
    '',
  ].join('\n');
}

/** Adds a row to the table of packages, in front of the packages that are no plugins. */
function addRow(tree, file, row) {
  const lines = tree.read(file, 'utf8').split('\n');
  const place = lines.findIndex((line) => line.startsWith('| [`@understory/imaging`]'));
  if (place < 0) throw new Error(`${file} has no table of packages with a row of @understory/imaging.`);
  tree.write(file, lines.toSpliced(place, 0, row).join('\n'));
}

function addOwner(tree, path, owner) {
  const lines = tree.read('CODEOWNERS', 'utf8').trimEnd().split('\n');
  tree.write('CODEOWNERS', `${[...lines, `${path.padEnd(30)} ${owner}`].join('\n')}\n`);
}

/** A package that depends on packages of the workspace alone is two entries of the lock; nothing has to be asked of a registry. */
function addToLock(tree, folder, { name, version, license, dependencies, devDependencies, engines, peerDependencies }) {
  updateJson(tree, 'package-lock.json', (lock) => {
    const packages = {
      ...lock.packages,
      [`node_modules/${name}`]: { resolved: folder, link: true },
      [folder]: { name, version, license, dependencies, devDependencies, engines, peerDependencies },
    };
    const sorted = Object.entries(packages).sort(([one], [other]) => one.localeCompare(other, 'en'));
    return { ...lock, packages: Object.fromEntries(sorted) };
  });
}

/** A field of a manifest, which is left out where there is nothing in it. */
function fieldOf(name, value) {
  return Object.keys(value).length === 0 ? {} : { [name]: value };
}

function lowerFirst(sentence) {
  return (sentence[0].toLowerCase() + sentence.slice(1)).replace(/\.$/, '');
}
