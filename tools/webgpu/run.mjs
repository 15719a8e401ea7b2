// Runs what differentiates models on ONNX Runtime's WebGPU, on SwiftShader where there is no graphics processor: the rows of the gradient
// check, the contract of a backend with gradients and the goldens of small networks. Prints what differs from the CPU and what stays on it, and
// writes docs/webgpu.md. Where the driver is absent it says so and does nothing.
//
//   npm run webgpu [-- --only Conv]
//
// Debian: apt-get install chromium libvulkan1. Another driver is named by $VK_DRIVER_FILES.
//
// Exit code 0 where everything agrees or is kept on the CPU, 1 where something differs or is refused.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { pageOf } from './page.mjs';

const { values: options } = parseArgs({ options: { only: { type: 'string' } } });
const root = new URL('../..', import.meta.url);

/** Largest difference from the CPU that counts as agreement, relative to the largest element of a tensor: that of the sine here is 2e-4. */
const tolerance = 1e-3;

/** What the driver of SwiftShader is declared by. */
function driver() {
  const { stdout = '' } = spawnSync('dpkg', ['-L', 'chromium', 'chromium-common'], { encoding: 'utf8' });
  const listed = stdout.split('\n').filter((path) => path.endsWith('vk_swiftshader_icd.json'));
  return [process.env.VK_DRIVER_FILES, ...listed].find((path) => path && existsSync(path));
}

const icd = driver();
if (icd === undefined) {
  console.log('webgpu: skipped, there is no vk_swiftshader_icd.json; on Debian the package chromium brings it');
  process.exit(0);
}
const folder = mkdtempSync(join(tmpdir(), 'understory-webgpu-'));
const env = { ...process.env, VK_DRIVER_FILES: icd, VK_ICD_FILENAMES: icd, XDG_RUNTIME_DIR: folder };

/** Runs a script of this folder, gives each of its lines to `take`, and resolves with how it ended: undefined for well. */
async function run(script, args, take) {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => (said = `${said}${text}`.slice(-2000)));
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve(signal ?? code)));
  for await (const line of createInterface({ input: child.stdout })) if (line.startsWith('{')) take(JSON.parse(line));
  const how = await ended;
  return how === 0 ? undefined : `the process ended with ${how}: ${said.trim().split('\n').at(-1)}`;
}

/** Every row of the gradient check; a row that ends the process counts as a failure, and the next ones go on in another. */
async function rows() {
  const found = [];
  for (let first = 0, ended = 'not yet'; ended !== undefined;) {
    let begun;
    ended = await run('rows.mjs', [`${first}`, options.only ?? ''], (line) => {
      if (line.done) found.push({ ...begun, ...line });
      begun = line.done ? undefined : line;
    });
    if (ended === undefined) break;
    // Nothing was begun: the device itself cannot be opened.
    if (begun === undefined) throw new Error(ended);
    found.push({ ...begun, failure: ended, furthest: '0', placed: [] });
    first = begun.at + 1;
  }
  return found;
}

try {
  const device = await run('device.mjs', [], () => undefined);
  if (device !== undefined) {
    console.log(`webgpu: skipped, ONNX Runtime opens no WebGPU device on ${icd}: ${device}`);
  } else {
    const networks = [];
    const results = { tolerance, rows: await rows(), networks };
    if (options.only === undefined) {
      const ended = await run('networks.mjs', [], (line) => networks.push(line));
      if (ended !== undefined) networks.push({ network: 'all', what: 'runs to the end', failure: ended });
    }
    const { page, summary, failures } = await pageOf(results);
    if (options.only === undefined) writeFileSync(new URL('docs/webgpu.md', root), page);
    console.log(summary);
    process.exitCode = failures > 0 ? 1 : 0;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
