// Sets up tfjs-node and tfjs-node-gpu where that is possible and runs the contract suite and the gradient checks of
// backend-tfjs on each. Where the package or the wheel of TensorFlow is out of reach the engine is skipped, and the reason printed; a suite that fails is a failure.
// usage: node tools/workspace/check-native-engines.mjs
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const engines = [
  { name: 'tfjs-node', setup: [] },
  { name: 'tfjs-node-gpu', setup: ['gpu'] },
];

function node(args, options = {}) {
  return spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', ...options });
}

const tests = 'test/(contract|graph-gradients|layer-gradients)\\.test';

/** In a process of its own, as one process holds one native engine. */
function suite(name) {
  const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  return node([...jest, '--selectProjects', 'backend-tfjs', '--testPathPatterns', tests, '--silent'], {
    env: { ...process.env, UNDERSTORY_TFJS_NATIVE: name },
  });
}

/** What the set-up exits with where npm or pip cannot fetch something. */
const outOfReach = 3;

let failed = false;
for (const { name, setup } of engines) {
  const made = node(['tools/workspace/setup-tfjs-node.mjs', ...setup], { timeout: 900_000 });
  if (made.status !== 0 && made.status !== outOfReach) {
    failed = true;
    console.log(`${name}: could not be set up\n${made.stdout}\n${made.stderr}`);
    continue;
  }
  if (made.status === outOfReach) {
    const [reason = 'no reason given'] = made.stderr.trim().split('\n').slice(-1);
    console.log(`${name}: skipped, it could not be set up: ${reason}`);
    continue;
  }
  const { status, stdout, stderr } = suite(name);
  const [totals = 'no totals'] = `${stdout}${stderr}`.match(/\d+ passed, \d+ failed, \d+ skipped/) ?? [];
  console.log(`${name}: contract suite and gradient checks on wasm, cpu and ${name}: ${totals}`);
  if (status !== 0) {
    failed = true;
    console.log(`${stdout}\n${stderr}`);
  }
}
process.exitCode = failed ? 1 : 0;
