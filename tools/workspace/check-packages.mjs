// Packs every package and holds the tarballs, and nothing else, against what users do with them: what is in them, what they
// import, their types, installing them, the library example, plugins from outside (examples/plugin-outside, and one of each page of
// docs/how-to) and the command.
// With --node also installs all of it in an empty folder under each of these versions of Node and uses it there, as a reader of the README would.
// usage: node tools/workspace/check-packages.mjs [--keep] [--node 20,22,24,26]   after a build
import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { followPages } from './follow-pages.mjs';
import { nodeBinary } from './node-binary.mjs';

const { values } = parseArgs({
  options: { keep: { type: 'boolean', default: false }, node: { type: 'string', default: '' } },
});
const root = fileURLToPath(new URL('../..', import.meta.url));
const work = realpathSync(mkdtempSync(join(tmpdir(), 'understory-packages-')));
const npm = join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js');
const outside = 'understory-plugin-outside';
const image = join(root, 'packages/cli/samples/coffee.png');
const quiet = ['--ignore-scripts', '--no-audit', '--no-fund'];
const faults = [];

try {
  const packages = pack();
  for (const each of packages.values()) {
    checkContents(each);
    checkManifest(each);
    checkImports(each);
    await checkTypes(each);
    await lint(each);
  }
  say(`${packages.size} packages: contents, manifests, imports, types as published, publint`);
  tellOfDeadLinks(packages);
  importEachAlone(packages);
  say(`${packages.size} packages: each imported beside nothing but what it declares`);
  if (faults.length === 0) {
    installAlone(packages, ['@understory/core', '@understory/onnx-autodiff']);
    installAndUse(packages);
    for (const version of values.node.split(',').filter(Boolean)) rehearse(packages, version);
  }
} catch (error) {
  faults.push(error.message);
} finally {
  if (values.keep) say(work);
  else rmSync(work, { recursive: true, force: true });
}
for (const fault of faults) console.error(fault);
say(faults.length === 0 ? 'the packages can be installed and used' : `${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;

/** The tarball of every package by its name, with its manifest and the folder in which it lies unpacked. */
function pack() {
  const tarballs = join(work, 'tarballs');
  mkdirSync(tarballs);
  const folders = readdirSync(join(root, 'packages')).map((name) => join('packages', name));
  const paths = [...folders, 'examples/plugin-outside'].map((folder) => `./${folder}`);
  const packed = JSON.parse(run('pack', [npm, 'pack', ...paths, ...quiet, '--json', '--pack-destination', tarballs]));
  return new Map(
    packed.map(({ name, filename, files }) => {
      const tarball = join(tarballs, filename.replace('@', '').replace('/', '-'));
      // As pnpm lays it out: beside a package lies what it declares, and nothing else can be found from it.
      const folder = join(work, 'alone', name, 'node_modules', name);
      mkdirSync(folder, { recursive: true });
      execFileSync('tar', ['-xzf', tarball, '-C', folder, '--strip-components', '1']);
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      return [name, { name, tarball, folder, manifest, files: files.map(({ path }) => path) }];
    }),
  );
}

/** What a package has is its build, what its manifest names beside it, and what npm adds. */
function checkContents({ name, manifest, files }) {
  const extras = manifest.files.filter((path) => !path.startsWith('!') && path !== 'dist');
  const isNeeded = (path) =>
    ['package.json', 'README.md', 'LICENSE'].includes(path) ||
    extras.some((extra) => path.startsWith(`${extra}/`)) ||
    (/^dist\/.*(?<!\.test)\.(js|d\.ts)$/.test(path) && !path.startsWith('dist/out-tsc/'));
  for (const path of files) if (!isNeeded(path)) faults.push(`${name} ships ${path}, which nobody needs`);
  for (const extra of extras) {
    if (!files.some((path) => path === extra || path.startsWith(`${extra}/`))) faults.push(`${name} lacks ${extra}`);
  }
  for (const file of ['README.md', 'LICENSE']) if (!files.includes(file)) faults.push(`${name} has no ${file}`);
  for (const path of targetsOf(manifest.exports)) {
    if (!files.includes(path)) faults.push(`${name} exports ${path}, which its tarball does not have`);
  }
}

/** What npm needs to know to publish a package for everybody, and to install one copy of core beside it. */
function checkManifest({ name, manifest }) {
  if (name.startsWith('@') && manifest.publishConfig?.access !== 'public') {
    faults.push(`${name} has a scope and no publishConfig.access: public`);
  }
  const core = '@understory/core';
  const place = name === '@understory/cli' ? 'dependencies' : 'peerDependencies';
  for (const field of ['dependencies', 'peerDependencies']) {
    if (field !== place && manifest[field]?.[core] !== undefined) {
      faults.push(`${name} has ${core} in ${field}, and not in ${place}`);
    }
  }
}

/** Links that leave their package, which npm shows only where a manifest says in which repository it lies. */
function tellOfDeadLinks(packages) {
  const found = [...packages.values()].flatMap(({ folder, manifest }) => {
    if (manifest.repository !== undefined) return [];
    return Array.from(readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/\]\(\.\.\/[^)]*\)/g));
  });
  if (found.length > 0)
    say(`NOT CHECKED: ${found.length} links of READMEs are dead on npm until manifests name a repository`);
}

/** The files that a manifest's exports name, but for the sources, which only the workspace has. */
function targetsOf(exports) {
  if (typeof exports === 'string') return [exports.replace('./', '')];
  return Object.entries(exports).flatMap(([key, to]) => (key === '@understory/source' ? [] : targetsOf(to)));
}

/** Each import of code and declarations is a file of the tarball, a module of Node or a declared dependency. */
function checkImports({ name, folder, manifest, files }) {
  const declared = [name, ...Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })];
  // A page is bundled: it imports nothing but its own files, and has words in it that look as if it did.
  for (const path of files.filter((each) => /\.(js|ts)$/.test(each) && !each.startsWith('dist/page/'))) {
    const text = readFileSync(join(folder, path), 'utf8').replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
    for (const [, specifier] of text.matchAll(
      /(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*['"]([\w@.][\w@./:-]*)['"]/g,
    )) {
      if (specifier.startsWith('.')) {
        const target = join(dirname(path), specifier);
        // Declarations keep the extension of the source, and the compiler looks for the declaration beside it.
        const isThere = [target, target.replace(/\.[jt]s$/, '.d.ts')].some((file) => files.includes(file));
        if (!isThere) faults.push(`${name}: ${path} imports ${specifier}, which is not in the tarball`);
        continue;
      }
      const owner = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
      const isKnown = owner.startsWith('node:') || builtinModules.includes(owner) || declared.includes(owner);
      if (!isKnown) faults.push(`${name}: ${path} imports ${specifier}, which it does not declare`);
    }
  }
}

/** Types as the compiler and bundlers will find them. The packages are ES modules, so that what only CommonJS asks does not count. */
async function checkTypes({ name, tarball }) {
  const { problems = [], types } = await checkPackage(createPackageFromTarballData(readFileSync(tarball)));
  if (types === false) faults.push(`${name} ships no types`);
  const ignored = ['node10', 'node16-cjs'];
  for (const { kind, resolutionKind, entrypoint = '' } of problems) {
    if (!ignored.includes(resolutionKind))
      faults.push(`${name}${entrypoint.slice(1)}: ${kind} under ${resolutionKind ?? 'all'}`);
  }
}

async function lint({ name, folder, manifest }) {
  const { messages } = await publint({ pkgDir: folder, level: 'warning', strict: true, pack: false });
  for (const message of messages) faults.push(`${name}: ${formatMessage(message, manifest)}`);
}

/** Imports each export of each package where only the declared packages can be found: others' tarballs, and of the registry what is installed here. */
function importEachAlone(packages) {
  for (const { name, manifest } of packages.values()) {
    const modules = join(work, 'alone', name, 'node_modules');
    const optional = Object.keys(manifest.peerDependenciesMeta ?? {});
    for (const of of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
      if (optional.includes(of)) continue;
      const places = [
        join(root, 'packages', name.split('/')[1] ?? '', 'node_modules', of),
        join(root, 'node_modules', of),
      ];
      const from = packages.get(of)?.folder ?? places.find((place) => isFolder(place));
      if (from === undefined) throw new Error(`${name} declares ${of}, which is not installed`);
      mkdirSync(dirname(join(modules, of)), { recursive: true });
      symlinkSync(from, join(modules, of));
    }
  }
  const script = join(work, 'import-all.mjs');
  writeFileSync(script, `for (const name of process.argv.slice(2)) if (!(await import(name))) process.exitCode = 1;\n`);
  for (const { name, manifest } of packages.values()) {
    const entries = Object.keys(manifest.exports).filter((entry) => !entry.endsWith('.json'));
    const folder = join(work, 'alone', name);
    cpSync(script, join(folder, 'import.mjs'));
    const argv = [join(folder, 'import.mjs'), ...entries.map((entry) => join(name, entry))];
    const { status, stderr } = spawnSync(process.execPath, argv, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) faults.push(`${name} cannot be imported alone:\n${stderr}`);
  }
}

function isFolder(path) {
  try {
    return readdirSync(path).length > 0;
  } catch {
    return false;
  }
}

/** A few packages that need no others, each by npm into a folder of its own. */
function installAlone(packages, names) {
  for (const name of names) {
    const folder = join(work, 'installed', name);
    install(folder, [packages.get(name)]);
    const code = `import(${JSON.stringify(name)}).then((module) => Object.keys(module).length > 1 || process.exit(1));`;
    run(`${name} imported`, ['--eval', code], folder);
  }
  say(`${names.join(', ')}: installed alone by npm`);
}

/** First the packages of the library example with what they need, then the command and the plugin from outside beside them. */
function installAndUse(packages) {
  const folder = join(work, 'installed', 'application');
  const library = ['core', 'backend-onnx', 'explain-gradcam', 'imaging', 'zoo'].map((name) => `@understory/${name}`);
  install(folder, closure(packages, library));
  cpSync(join(root, 'examples/explain.mjs'), join(folder, 'explain.mjs'));
  const told = run('examples/explain.mjs', ['explain.mjs', image, 'explained.png'], folder);
  if (!told.startsWith('espresso, ')) throw new Error(`examples/explain.mjs said ${told}`);
  say(`the library example, installed from tarballs: ${told.trim()}`);

  install(folder, closure(packages, [...library, '@understory/cli', '@understory/testing', outside]));
  const cli = (...argv) => run(`understory ${argv[0]}`, ['node_modules/.bin/understory', ...argv], folder);
  cli('demo', '--out', 'demo');
  say('understory demo, installed from tarballs without install scripts');
  const plugin = ['--plugin', outside];
  const shown = cli('explain', image, '--explainer', 'activation-energy', ...plugin, '--json', '--out', 'maps');
  const { images, versions } = JSON.parse(shown);
  const [{ explainer, layer }] = images[0].maps;
  if (explainer !== 'activation-energy' || versions[outside] === undefined) throw new Error(`explain said ${shown}`);
  say(`understory explain with an explainer from outside: layer ${layer}`);
  const attack = ['attack', 'pgd', image, '--model', 'efficientnet-lite0', '--target-class', '42', '--steps', '2'];
  cli(...attack, '--mask', 'checkerboard:16', ...plugin, '--out', 'attacked', '--json');
  say('understory attack through a mask from outside');

  // The plugin's own sources and tests, against the types and the suites of the tarballs.
  const source = join(folder, outside);
  cpSync(join(root, 'examples/plugin-outside'), source, {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  });
  mkdirSync(join(source, 'node_modules'));
  symlinkSync(join(root, 'node_modules/@types'), join(source, 'node_modules/@types'));
  run(
    'types of the plugin from outside',
    [join(root, 'node_modules/typescript/bin/tsc'), '--project', join(source, 'jsconfig.json')],
    folder,
  );
  run('tests of the plugin from outside', ['--test'], source);
  say('the plugin from outside: its types and its contract suites');

  const own = followPages(folder);
  for (const each of own) {
    checkManifest(each);
    checkImports(each);
  }
  say(
    `${own.length} packages made as the pages of docs/how-to say: built, tested, packed, installed, used as the pages say`,
  );
}

/** What a reader does first, in an empty folder under another version of Node: installs, runs the demo by npx, the library example, an outside plugin. */
function rehearse(packages, version) {
  const folder = join(work, 'rehearsal', version);
  const binaries = join(work, 'node', version);
  for (const each of [folder, binaries]) mkdirSync(each, { recursive: true });
  const { binary, name, reason } = nodeBinary(version, binaries);
  if (binary === undefined) throw new Error(`Node ${version} could not be had: ${reason}`);
  const env = { ...process.env, PATH: [dirname(binary), process.env.PATH].join(delimiter) };
  const on = (what, argv) => run(`${what} on Node ${name}`, argv, folder, { binary, env });
  const all = closure(packages, ['@understory/cli', outside]);
  writeManifest(folder, all);
  on('npm install', [npm, 'install', ...quiet, '--prefer-offline', '--no-package-lock']);
  const npx = join(dirname(npm), 'npx-cli.js');
  const demo = JSON.parse(
    on('npx understory demo', [npx, '--no-install', 'understory', 'demo', '--json', '--out', 'demo']),
  );
  if (!demo.versions.runtime.includes(name.slice(1)))
    throw new Error(`the demo ran on ${demo.versions.runtime}, not on ${name}`);
  cpSync(join(root, 'examples/explain.mjs'), join(folder, 'explain.mjs'));
  const said = on('examples/explain.mjs', ['explain.mjs', image, 'explained.png']);
  if (!said.startsWith('espresso, ')) throw new Error(`examples/explain.mjs said ${said} on Node ${name}`);
  const argv = ['understory', 'explain', image, '--explainer', 'activation-energy', '--plugin', outside, '--json'];
  const { images } = JSON.parse(on('an outside plugin', [npx, '--no-install', ...argv, '--out', 'maps']));
  if (images[0].maps[0].explainer !== 'activation-energy')
    throw new Error(`the outside plugin did not run on Node ${name}`);
  say(
    `Node ${name}: ${all.length} tarballs installed in an empty folder; demo, library example and outside plugin run`,
  );
}

/** Packages with all of the workspace's that they need, directly or not. */
function closure(packages, names) {
  const found = new Set();
  const add = (name) => {
    const of = packages.get(name);
    if (of === undefined || found.has(of)) return;
    found.add(of);
    Object.keys({ ...of.manifest.dependencies, ...of.manifest.peerDependencies }).forEach(add);
  };
  names.forEach(add);
  return [...found];
}

function writeManifest(folder, packages) {
  mkdirSync(folder, { recursive: true });
  const dependencies = Object.fromEntries(packages.map(({ name, tarball }) => [name, `file:${tarball}`]));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module', dependencies }));
}

function install(folder, packages) {
  writeManifest(folder, packages);
  run(`npm install in ${folder}`, [npm, 'install', ...quiet, '--prefer-offline', '--no-package-lock'], folder);
}

function run(what, argv, cwd = root, { binary = process.execPath, env = process.env } = {}) {
  const { status, stdout, stderr } = spawnSync(binary, argv, { cwd, env, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`FAILED: ${what}\n${`${stdout}\n${stderr}`.slice(0, 8000)}`);
  return stdout;
}

function say(line) {
  console.log(line);
}
