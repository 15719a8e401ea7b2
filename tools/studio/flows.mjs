// Goes through everything that a person does in the studio, as static files and served, light and dark, at 390 and 1440 pixels.
//
//   npm run studio-flows [-- --mode static] [--only attack] [--width 390] [--scheme dark] [--pictures FOLDER] [--webgpu]
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findChromium } from '@understory/testing/node';

const { values } = parseArgs({
  options: {
    mode: { type: 'string' },
    only: { type: 'string', default: '' },
    width: { type: 'string' },
    scheme: { type: 'string' },
    pictures: { type: 'string' },
    webgpu: { type: 'boolean', default: false },
  },
});
const executablePath = findChromium();
if (executablePath === undefined) {
  console.log('skipped: there is no Chromium; where Debian has it, its package is chromium');
  close({ passed: 0, failed: 0, skipped: 1 });
}
const { flows, openPlaces } = await import('../../packages/studio/test/flows/index.ts');
// What imitates a graphics processor where there is none.
const imitation = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];
const widths = [1440, 390].filter((each) => each === Number(values.width ?? each));
const schemes = ['light', 'dark'].filter((each) => each === (values.scheme ?? each));
const modes = ['static', 'served'].filter((each) => each === (values.mode ?? each));
if (values.pictures !== undefined) await mkdir(values.pictures, { recursive: true });
const began = performance.now();
const places = await openPlaces(executablePath, values.webgpu ? imitation : []);
const failed = [];
let passed = 0;

/** Runs a check, and prints a line about it. */
async function check(line, run) {
  const start = performance.now();
  const seconds = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
  try {
    const remark = await run();
    passed += 1;
    console.log(`ok     ${line} (${seconds()})${remark === undefined ? '' : `; ${remark}`}`);
  } catch (error) {
    failed.push(line);
    const lines = String(error.stack ?? error).split('\n');
    console.log(`failed ${line} (${seconds()})\n       ${lines.slice(0, 7).join('\n       ')}`);
  }
}

/** Goes through all flows of a mode in one view, on a page that knows nothing of the others. */
async function goThrough(chosen, mode, width, scheme) {
  const place = `${mode}, ${scheme}, ${width}`;
  const visit = await places.open(mode);
  await visit.look({ isDark: scheme === 'dark', width });
  for (const flow of chosen) {
    await check(`${place}: ${flow.name}`, async () => {
      const told = visit.complaints.length;
      const remark = await flow.run(visit);
      const complaints = visit.complaints.slice(told);
      if (complaints.length > 0) throw new Error(`the browser complained: ${complaints.join('; ')}`);
      return remark;
    });
    if (values.pictures === undefined) continue;
    const name = `${place} ${flow.name}`.replaceAll(/[^a-z\d]+/gi, '-').slice(0, 80);
    await visit.page.screenshot({ path: join(values.pictures, `${name}.png`), fullPage: width === 390 });
  }
  await check(`${place}: asks for nothing from elsewhere`, () => {
    const { origin } = new URL(visit.page.url());
    const foreign = visit.asked.filter((address) => !address.startsWith(origin) && !/^(data|blob):/.test(address));
    if (foreign.length > 0) throw new Error(`asked for ${foreign.join(', ')}`);
  });
  await visit.page.context().close();
}

async function goThroughMode(mode) {
  const chosen = flows.filter(({ name, modes: own }) => own.includes(mode) && name.includes(values.only));
  if (chosen.length === 0) return;
  for (const width of widths) for (const scheme of schemes) await goThrough(chosen, mode, width, scheme);
}

// The engine of one is in the browser and that of the other in the server: neither waits for the other.
await Promise.all(modes.map(goThroughMode));
await places.close();
if (passed + failed.length === 0) failed.push(`no flow has ${values.only} in its name`);
for (const line of failed) console.log(`failed: ${line}`);
console.log(`in ${((performance.now() - began) / 1000).toFixed(0)} s`);
close({ passed, failed: failed.length, skipped: 0 });

/** The last line, which is added up with those of the tests. */
function close(total) {
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exit(total.failed === 0 ? 0 : 1);
}
