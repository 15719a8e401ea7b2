// Generates a plugin of every kind and gradient rules of both domains in a copy of the workspace, by the commands that the pages show,
// runs on them what .ci/run runs on all packages, and holds that the generators refuse what they cannot do.
// usage: node tools/workspace/check-generator.mjs [--keep]
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { FsTree } from 'nx/src/generators/tree.js';
import { copyWorkspace } from './copy-workspace.mjs';
import gradientRule from './generators/gradient-rule.mjs';
import { filesOf } from './generators/page.mjs';
import plugin, { kinds } from './generators/plugin.mjs';

const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });
const copy = copyWorkspace();
const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', NX_ISOLATE_PLUGINS: 'false', NODE_OPTIONS: '' };

/** The rules that are removed and generated again, since every operator of this form has one. */
const rules = [
  { operator: 'Softsign', name: 'softsign', file: 'softsign' },
  { operator: 'Gelu', domain: 'com.microsoft', name: 'microsoftGelu', file: 'microsoft-gelu' },
];
const name = 'made-by-generator';
const folders = Object.keys(kinds).map((kind) => `packages/${kind}-${name}`);

try {
  rules.forEach(forgetRule);
  const before = trackedContents();
  const shown = generatorCommandsOf('CONTRIBUTING.md');
  for (const [kind, { page, example }] of Object.entries(kinds)) {
    const [command] = generatorCommandsOf(`docs/how-to/${page}.md`);
    const expected = `@understory/workspace:plugin ${kind} ${example}`;
    if (command !== expected) throw new Error(`docs/how-to/${page}.md shows ${command}, and not ${expected}`);
    nx('g', ...command.replace(example, name).split(' '));
  }
  const [ruleCommand] = generatorCommandsOf('docs/how-to/gradient-rule.md');
  for (const { operator, domain } of rules) {
    const command = ruleCommand.replace('<Operator>', operator).concat(domain ? ` --domain ${domain}` : '');
    if (!shown.includes(command)) throw new Error(`CONTRIBUTING.md does not show ${command}`);
    nx('g', ...command.split(' '));
  }
  const changed = Object.entries(before).flatMap(([path, content]) => (read(path) === content ? [] : [path]));
  const written = [...changed, ...rules.map(({ file }) => `packages/onnx-autodiff/src/gradients/${file}.ts`)];
  await checkRefusals();

  const bin = (name) => join('node_modules', name);
  step('references are in step', bin('nx/dist/bin/nx.js'), 'sync:check');
  step('format', bin('prettier/bin/prettier.cjs'), '--check', '--ignore-unknown', ...folders, ...written);
  step('project graph', 'tools/workspace/project-graph.mjs');
  const linted = [...folders, ...written.filter((path) => path.endsWith('.ts'))];
  step('lint', bin('eslint/bin/eslint.js'), '--max-warnings', '0', ...linted);
  step('types and build', bin('typescript/bin/tsc'), '--build', ...folders, 'packages/onnx-autodiff/tsconfig.lib.json');
  step('the lock is whole', ...npm('ci', '--dry-run', '--ignore-scripts', '--offline', '--no-audit', '--no-fund'));
  const names = folders.map((folder) => folder.split('/')[1]);
  const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', bin('jest/bin/jest.js')];
  step('tests', ...jest, '--selectProjects', ...names);
  const operators = rules.map(({ operator }) => operator).join('|');
  const pattern = `^(.* )?((${operators}):|has a row for every rule)`;
  step('tests of the rules', ...jest, '--selectProjects', 'onnx-autodiff', '-t', pattern, '--', 'gradient-check');
  step('the page of operators', ...jest, '--selectProjects', 'onnx-autodiff', '--', 'operators-page');
  const imports = folders.map((folder) => `import(${JSON.stringify(`@understory/${folder.split('/')[1]}`)})`);
  const provided = `(await Promise.all([${imports}])).every(({ default: { provides } }) => provides.length === 1)`;
  step('what was built', '--input-type=module', '--eval', `if (!(${provided})) process.exitCode = 1;`);
  step('types of the page gradient-rule.md', bin('typescript/bin/tsc'), '--project', writeRulePage());
  console.log(
    `a plugin of each kind (${Object.keys(kinds).join(', ')}) and gradient rules of both domains pass every check untouched`,
  );
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  if (values.keep) console.log(copy);
  else rmSync(copy, { recursive: true, force: true });
}

/** The generators' commands in a page, without `npx nx g`. */
function generatorCommandsOf(page) {
  return Array.from(
    read(page).matchAll(/npx nx g (@understory\/workspace:[^`#\n]*[^`#\s])/g),
    ([, command]) => command,
  );
}

/** Takes a rule away as it would be before it was written; its row of the gradient check stays and judges the new one. */
function forgetRule({ operator, domain, name: variable, file }) {
  rmSync(join(copy, `packages/onnx-autodiff/src/gradients/${file}.ts`));
  edit('packages/onnx-autodiff/src/gradients/index.ts', (text) =>
    text
      .split('\n')
      .filter((line) => !line.includes(`'./${file}.ts'`) && line !== `  ${variable},`)
      .join('\n'),
  );
  const title = `\\*\\*${operator}\\*\\* \\(${domain ? `${domain}, ` : ''}opset`;
  edit('docs/operators.md', (text) =>
    text
      .replace(/^## (\d+) with/m, (_, count) => `## ${Number(count) - 1} with`)
      .replace(new RegExp(`^- ${title}.*\\n`, 'm'), ''),
  );
  edit('packages/onnx-autodiff/README.md', (text) =>
    text
      .replace(/^\| (\d+) with a/m, (_, count) => `| ${Number(count) - 1} with a`)
      .replace(` ${domain ? `${domain}.` : ''}${operator},`, ''),
  );
  // The shape rule of Gelu is that of the standard operator too.
  if (!domain) edit('packages/onnx-autodiff/src/shapes/elementwise.ts', (text) => text.replace(` '${operator}',`, ''));
}

function edit(path, to) {
  const after = to(read(path));
  if (after === read(path)) throw new Error(`${path} has nothing to take away`);
  writeFileSync(join(copy, path), after);
}

/** What a generator cannot do it refuses, says why, and has written nothing. */
async function checkRefusals() {
  const began = performance.now();
  const microsoft = { domain: 'com.microsoft' };
  const refused = [
    [gradientRule, { operator: 'Relu' }, /Relu has a rule already: .*\/relu\.ts/],
    [gradientRule, { operator: 'Round' }, /Round has a rule already: it is in no-gradient\.ts/],
    [gradientRule, { operator: 'QuickGelu', ...microsoft }, /rule already: .*\/microsoft-quick-gelu\.ts/],
    [gradientRule, { operator: 'QuantizeLinear', ...microsoft }, /rule already: .*\/microsoft-quantize-linear\.ts/],
    [gradientRule, { operator: 'QuickGelu', domain: 'ai.onnx' }, /no operator QuickGelu of ai\.onnx/],
    [gradientRule, { operator: 'Relu', ...microsoft }, /no operator Relu of com\.microsoft/],
    [gradientRule, { operator: 'FooBar' }, /no operator FooBar of ai\.onnx/],
    [
      gradientRule,
      { operator: 'Det' },
      /Det does not work element by element: .* by hand, as docs\/how-to\/gradient-rule\.md/,
    ],
    [
      gradientRule,
      { operator: 'MaxRoiPool' },
      /MaxRoiPool does not take one float tensor and nothing else: .* by hand/,
    ],
    [gradientRule, { operator: 'Trilu', ...microsoft }, /does not work element by element: .* depends on the place/],
    [plugin, { kind: 'metric', name: 'deletion' }, /@understory\/metric-faithfulness provides it/],
    [plugin, { kind: 'explain', name: 'occlusion' }, /@understory\/explain-perturbation provides it/],
    [plugin, { kind: 'mask', name: 'origin-top' }, /@understory\/attack-pgd provides it/],
    [plugin, { kind: 'mask', name }, /packages\/mask-made-by-generator exists already/],
    [plugin, { kind: 'backend', name: 'layer-spec' }, /"LayerSpec" means something else/],
    [plugin, { kind: 'backend', name: 'model-source' }, /"ModelSource" means something else/],
    [plugin, { kind: 'backend', name: 'model' }, /"[Mm]odel" means something else/],
    [plugin, { kind: 'explain', name: 'await' }, /"await" is a word of the language/],
  ];
  for (const [generator, options, expected] of refused) {
    const tree = new FsTree(copy, false);
    const said = await generator(tree, options).then(
      () => 'nothing',
      ({ message }) => message,
    );
    const what = JSON.stringify(options);
    if (!expected.test(said))
      throw new Error(`${what} should be refused with ${expected}, and the generator said: ${said}`);
    if (tree.listChanges().length > 0)
      throw new Error(`${what} is refused, and ${tree.listChanges()[0].path} is written`);
  }
  console.log(`${refused.length} refusals: ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

/** The page's code as files, which the workspace's settings judge; gives the path of the project. */
function writeRulePage() {
  const folder = 'tmp/how-to-gradient-rule';
  const settings = {
    composite: false,
    noEmit: true,
    rootDir: '../..',
    allowImportingTsExtensions: true,
    types: ['node'],
  };
  const files = new Map([
    ...filesOf(read('docs/how-to/gradient-rule.md')),
    ['package.json', JSON.stringify({ type: 'module' })],
    [
      'tsconfig.json',
      JSON.stringify({ extends: '../../tsconfig.base.json', compilerOptions: settings, include: ['src', 'test'] }),
    ],
  ]);
  for (const [path, text] of files) {
    mkdirSync(dirname(join(copy, folder, path)), { recursive: true });
    writeFileSync(join(copy, folder, path), text);
  }
  return folder;
}

function trackedContents() {
  const paths = ['ARCHITECTURE.md', 'CODEOWNERS', 'tsconfig.json', 'package-lock.json', 'docs/operators.md'].concat(
    ['README.md', 'src/gradients/index.ts', 'src/shapes/elementwise.ts', 'test/rows/activations.ts'].map(
      (path) => `packages/onnx-autodiff/${path}`,
    ),
  );
  return Object.fromEntries(paths.map((path) => [path, read(path)]));
}

function read(path) {
  return readFileSync(join(copy, path), 'utf8');
}

function nx(...argv) {
  step(`nx ${argv.join(' ')}`, join('node_modules', 'nx/dist/bin/nx.js'), ...argv);
}

/** npm by its script, so that no shell and no configuration of the machine comes between. */
function npm(...argv) {
  return [join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js'), ...argv];
}

/** Runs a script of Node in the copy; throws with what it said where it fails. */
function step(what, ...argv) {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: copy, env, encoding: 'utf8' });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (status !== 0) throw new Error(`FAILED: ${what}\n${`${stdout}\n${stderr}`.slice(0, 8000)}`);
  console.log(`${what}: ${seconds} s`);
}
