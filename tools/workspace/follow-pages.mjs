import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { satisfies } from 'semver';
import { commandsOf, filesOf } from './generators/page.mjs';
import { kinds } from './generators/plugin.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path) => readFileSync(join(root, path), 'utf8');
const picture = 'packages/cli/samples/coffee.png';
const pageOf = (name) => read(`docs/how-to/${name}.md`);

/**
 * Makes a package of each page's code as docs/how-to/own-package.md says, beside the installed packages in `application`: builds, tests and
 * packs it, installs it, and types what the page has under "Use it". Compiler and test runner are those of the workspace.
 * Gives the folder of each installed package with its files; throws where a step fails.
 */
export function followPages(application) {
  const made = join(application, 'own');
  mkdirSync(made);
  linkTools(join(made, 'node_modules'));
  writeDatasets(application);
  cpSync(join(root, picture), join(application, 'cat.png'));

  const own = filesOf(pageOf('own-package'), ['json', 'js']);
  checkVersions(JSON.parse(own.get('package.json')));
  const [buildAndPack] = commandsOf(pageOf('own-package'));
  return Object.entries(kinds).map(([kind, { page, example }]) => {
    const name = `@understory/${kind}-${example}`;
    const text = pageOf(page);
    const folder = join(made, `${kind}-${example}`);
    const manifest = JSON.parse(own.get('package.json'));
    const more = JSON.parse(filesOf(text, ['json']).get('package.json') ?? '{}');
    const files = new Map([...own, ...filesOf(text), ['package.json', JSON.stringify({ ...manifest, ...more, name })]]);
    for (const [path, content] of files) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
    symlinkSync(join(made, 'node_modules'), join(folder, 'node_modules'));
    shell(`${page}.md as a package of its own`, buildAndPack, folder);
    const installed = join(application, 'node_modules', name);
    mkdirSync(installed, { recursive: true });
    const tarball = join(folder, `understory-${kind}-${example}-${manifest.version}.tgz`);
    execFileSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components', '1']);
    const paths = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
    commandsOf(text).forEach((block) => shell(`what ${page}.md says to type`, block, application));
    return {
      name,
      folder: installed,
      manifest: JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')),
      files: paths.map((path) => path.replace('package/', '')),
    };
  });
}

/** What the page names must be what it was followed with. */
function checkVersions({ devDependencies, peerDependencies }) {
  const tools = JSON.parse(read('package.json')).devDependencies;
  for (const [name, range] of Object.entries({ ...devDependencies, ...peerDependencies })) {
    // Jest brings its globals, of its own version.
    const expected = name.startsWith('@understory/')
      ? JSON.parse(read(`packages/${name.split('/')[1]}/package.json`)).version
      : tools[name === '@jest/globals' ? 'jest' : name];
    if (!satisfies(expected, range)) {
      throw new Error(`docs/how-to/own-package.md names ${name} ${range}, and the workspace has ${expected}`);
    }
  }
}

function linkTools(modules) {
  mkdirSync(modules);
  for (const name of ['.bin', '@jest', '@swc', '@types', 'jest', 'typescript']) {
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
}

/** Data sets of a few pictures where the pages' commands look for theirs. */
function writeDatasets(application) {
  const write = (path, content) => {
    mkdirSync(dirname(join(application, 'path/to', path)), { recursive: true });
    writeFileSync(join(application, 'path/to', path), content);
  };
  const [records, length] = [4, 1 + 3 * 32 * 32];
  const noise = (at) => (at * 7919 + ((at * at) % 251)) % 256;
  const valueAt = (at) => (at % length === 0 ? (at / length) % 10 : noise(at));
  write(
    'cifar10/test_batch.bin',
    Uint8Array.from({ length: records * length }, (_, at) => valueAt(at)),
  );
  const classes = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
  write('cifar10/batches.meta.txt', `${classes.join('\n')}\n`);
  const pets = ['pug_1', 'pug_2'];
  for (const name of pets) write(`pets/images/${name}.jpg`, readFileSync(join(root, picture)));
  write('pets/annotations/test.txt', pets.map((name) => `${name} 26 2 19\n`).join(''));
}

/** Types a block at a prompt in a folder; throws with what it said where a line fails. */
function shell(what, block, cwd) {
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
  const env = { ...process.env, PATH, npm_config_offline: 'true' };
  const { status, stdout, stderr } = spawnSync('sh', ['-e', '-c', block], { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`FAILED: ${what}\n${block}${`${stdout}\n${stderr}`.slice(0, 8000)}`);
}
