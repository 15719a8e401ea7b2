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
  console.log('studio-flows: skipped, there is no Chromium');
  process.exit(0);
}
const { flows, openPlaces } = await import('../../packages/studio/test/flows/index.ts');
// What imitates a graphics processor where there is none.
const imitation = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];
const asked = {
  modes: ['static', 'served'].filter((each) => each === (values.mode ?? each)),
  widths: [1440, 390].filter((each) => each === Number(values.width ?? each)),
  schemes: ['light', 'dark'].filter((each) => each === (values.scheme ?? each)),
};
if (values.pictures !== undefined) await mkdir(values.pictures, { recursive: true });
const places = await openPlaces(executablePath, values.webgpu ? imitation : []);
const failed = [];
let count = 0;
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;
const began = performance.now();

for (const mode of asked.modes) {
  const chosen = flows.filter(({ name, modes }) => modes.includes(mode) && name.includes(values.only));
  for (const width of asked.widths) {
    for (const scheme of asked.schemes) {
      const place = `${mode}, ${scheme}, ${width}`;
      const visit = await places.open(mode);
      await visit.look({ isDark: scheme === 'dark', width });
      for (const flow of chosen) {
        count += 1;
        const start = performance.now();
        const told = visit.complaints.length;
        const line = `${place}: ${flow.name}`;
        try {
          const remark = await flow.run(visit);
          const complaints = visit.complaints.slice(told);
          if (complaints.length > 0) throw new Error(`the browser complained: ${complaints.join('; ')}`);
          console.log(`ok     ${line} (${seconds(start)})${remark === undefined ? '' : `; ${remark}`}`);
        } catch (error) {
          failed.push(line);
          console.log(
            `failed ${line} (${seconds(start)})\n       ${String(error.stack ?? error)
              .split('\n')
              .slice(0, 7)
              .join('\n       ')}`,
          );
        }
        if (values.pictures !== undefined) {
          const name = `${place} ${flow.name}`.replaceAll(/[^a-z\d]+/gi, '-').slice(0, 80);
          await visit.page.screenshot({ path: join(values.pictures, `${name}.png`), fullPage: width === 390 });
        }
      }
      const { origin } = new URL(visit.page.url());
      const foreign = visit.asked.filter((address) => !address.startsWith(origin) && !/^(data|blob):/.test(address));
      if (foreign.length > 0) failed.push(`${place}: asked for ${foreign.join(', ')}`);
      await visit.page.context().close();
    }
  }
}
await places.close();
for (const line of failed) console.log(`failed: ${line}`);
console.log(`${count - failed.length} of ${count} flows hold, in ${seconds(began)}`);
process.exit(failed.length === 0 ? 0 : 1);
