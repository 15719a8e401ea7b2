// Runs the demo and tests of core, backend-onnx and cli on the other versions of Node, whose binaries npm has without a script: those
// of what differs between versions, since `npm test` runs everything on the Node that is here. With --all also those that do not.
// A version that cannot be had is skipped, and the reason printed; a run that fails is a failure. The last line adds all tests up.
// usage: node tools/workspace/check-node-versions.mjs [--all] [version...]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { nodeBinary } from './node-binary.mjs';

const { values, positionals } = parseArgs({
  options: { all: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const root = fileURLToPath(new URL('../..', import.meta.url));
const own = process.versions.node.split('.')[0];
const versions = positionals.length > 0 ? positionals : ['20', '22', '24', '26'].filter((version) => version !== own);
const projects = ['core', 'backend-onnx', 'cli'];
/** Elements of tensors and float16, the native binary, files, streams, threads and signals, modules, the command from end to end. */
const differing = [
  'core/test/',
  'backend-onnx/test/(contract|model-file|onnx-backend|onnx-model|onnx-runtime|session-cache)',
  'cli/test/(bin|end-to-end|environment|explain|interrupted|plugins|run|write-file)\\.',
  'cli/test/thread/',
];
const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
const sum = { passed: 0, failed: 0, skipped: 0 };

for (const version of versions) {
  const folder = mkdtempSync(join(tmpdir(), 'understory-node-'));
  try {
    const { binary, name, reason } = nodeBinary(version, folder);
    if (binary === undefined) {
      console.log(`Node ${version}: skipped, it could not be had: ${reason}`);
      continue;
    }
    const started = Date.now();
    const run = (args) => spawnSync(binary, args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28 });
    const demo = run(['packages/cli/bin/understory.js', 'demo', '--out', join(folder, 'demo')]);
    const selection = values.all ? [] : differing.flatMap((pattern) => ['--testPathPatterns', pattern]);
    const tests = run([...jest, '--selectProjects', ...projects, ...selection]);
    const output = `${tests.stdout}${tests.stderr}`;
    const [, ...counts] = output.match(/(\d+) passed, (\d+) failed, (\d+) skipped/) ?? [null, '0', '1', '0'];
    Object.keys(sum).forEach((key, at) => (sum[key] += Number(counts[at])));
    if (demo.status !== 0) sum.failed += 1;
    const seconds = Math.round((Date.now() - started) / 1000);
    const [passed, failed, skipped] = counts;
    console.log(
      `Node ${name}: demo ${demo.status === 0 ? 'runs' : 'fails'}; ${values.all ? 'tests' : 'chosen tests'} of ${projects.join(', ')}: ` +
        `${passed} passed and ${failed} failed, ${skipped} skipped, ${seconds} s`,
    );
    if (demo.status !== 0) console.log(`${demo.stdout}\n${demo.stderr}`);
    if (tests.status !== 0) {
      // Indented, so that nobody who adds closing lines up takes this one for another run.
      console.log(output.replace(/^/gm, '  '));
      sum.failed += Number(failed) > 0 ? 0 : 1;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
process.exitCode = sum.failed > 0 ? 1 : 0;
