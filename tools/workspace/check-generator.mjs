// Generates a plugin of every kind and a gradient rule in a copy of the workspace, and runs on them what .ci/run runs on all packages.
// usage: node tools/workspace/check-generator.mjs [--keep]
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { copyWorkspace } from './copy-workspace.mjs';
import { kinds } from './generators/plugin.mjs';

const { values } = parseArgs({ options: { keep: { type: 'boolean', default: false } } });
const copy = copyWorkspace();
const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', NX_ISOLATE_PLUGINS: 'false', NODE_OPTIONS: '' };

/** The operator whose rule is taken away and generated anew, since every operator that works so has one. */
const operator = 'Softsign';
const made = Object.keys(kinds).map((kind) => [kind, 'made-by-generator']);
const folders = made.map(([kind, name]) => `packages/${kind}-${name}`);

try {
  forgetRule();
  const before = trackedContents();
  for (const [kind, name] of made) nx('g', '@understory/workspace:plugin', kind, name);
  nx('g', '@understory/workspace:gradient-rule', operator);
  const changed = Object.entries(before).flatMap(([path, content]) => (read(path) === content ? [] : [path]));
  const written = [...changed, `packages/onnx-autodiff/src/gradients/${operator.toLowerCase()}.ts`];

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
  const pattern = `^(.* )?(${operator}:|has a row for every rule)`;
  step('tests of the rule', ...jest, '--selectProjects', 'onnx-autodiff', '-t', pattern, '--', 'gradient-check');
  step('the page of operators', ...jest, '--selectProjects', 'onnx-autodiff', '--', 'operators-page');
  const imports = folders.map((folder) => `import(${JSON.stringify(`@understory/${folder.split('/')[1]}`)})`);
  const provided = `(await Promise.all([${imports}])).every(({ default: { provides } }) => provides.length === 1)`;
  step('what was built', '--input-type=module', '--eval', `if (!(${provided})) process.exitCode = 1;`);
  console.log(
    `a plugin of each kind (${Object.keys(kinds).join(', ')}) and a gradient rule pass every check untouched`,
  );
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  if (values.keep) console.log(copy);
  else rmSync(copy, { recursive: true, force: true });
}

/** Takes a rule away as it would be before it was written; its row of the gradient check stays and judges the new one. */
function forgetRule() {
  const name = operator.toLowerCase();
  rmSync(join(copy, `packages/onnx-autodiff/src/gradients/${name}.ts`));
  const edit = (path, to) => writeFileSync(join(copy, path), to(read(path)));
  edit('packages/onnx-autodiff/src/gradients/index.ts', (text) =>
    text
      .split('\n')
      .filter((line) => !line.includes(`'./${name}.ts'`) && line !== `  ${name},`)
      .join('\n'),
  );
  edit('packages/onnx-autodiff/src/shapes/elementwise.ts', (text) => text.replace(` '${operator}',`, ''));
  edit('docs/operators.md', (text) =>
    text
      .replace(/^## (\d+) with/m, (_, count) => `## ${Number(count) - 1} with`)
      .replace(new RegExp(`^- \\*\\*${operator}\\*\\*.*\\n`, 'm'), ''),
  );
}

function trackedContents() {
  const paths = ['README.md', 'CODEOWNERS', 'tsconfig.json', 'package-lock.json', 'docs/operators.md'].concat(
    ['src/gradients/index.ts', 'src/shapes/elementwise.ts', 'test/rows/activations.ts'].map(
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
