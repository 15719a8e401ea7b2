import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { runtimeFiles } from '@understory/backend-onnx/web';
import { bundleForBrowser, findChromium, runInChromium } from '@understory/testing/node';
import { resolveModel } from '@understory/zoo';
import { openTask } from './lib/task.mjs';
import { median, mib, ms, seconds, table, times } from './lib/measure.mjs';

const { resolve } = createRequire(import.meta.url);
/** Maps of a round, and how many of them are not counted: the first compiles. */
const each = 12;
const warm = 2;

const flags = {
  wasm: ['--enable-blink-features=ForceEagerMeasureMemory'],
  // SwiftShader imitates a graphics processor; where there is one, Chromium takes that.
  webgpu: [
    '--enable-blink-features=ForceEagerMeasureMemory',
    '--enable-unsafe-webgpu',
    '--use-webgpu-adapter=swiftshader',
  ],
};

/** A Grad-CAM map of EfficientNet-Lite0 in Chromium on one and two threads, beside Node on as many, and what memory many maps take. */
export async function web({ rounds, maps, device }) {
  const chromium = findChromium();
  if (chromium === undefined) return 'There is no Chromium.';
  const { source } = await resolveModel('efficientnet-lite0');
  const { code } = await bundleForBrowser(fileURLToPath(new URL('lib/web-page.mjs', import.meta.url)), {
    minify: true,
  });
  const files = new Map([
    ['model.onnx', readFileSync(source.path)],
    ...runtimeFiles[device].map((name) => [name, readFileSync(resolve(`onnxruntime-web/${name}`))]),
  ]);
  const inPage = async (asked) => {
    const script = `globalThis.asked = ${JSON.stringify({ device, marks: [], ...asked })};\n${code}`;
    const found = await runInChromium(chromium, { script, files, isIsolated: true, flags: flags[device] });
    if (found.error !== undefined) throw new Error(found.error);
    return found;
  };
  const taken = {
    [`${device}, 1 thread`]: [],
    [`${device}, 2 threads`]: [],
    'Node, 1 thread': [],
    'Node, 2 threads': [],
  };
  for (let round = 0; round < rounds; round += 1) {
    for (const threads of [1, 2]) {
      const { seconds: page } = await inPage({ threads, count: each });
      taken[`${device}, ${threads} thread${threads > 1 ? 's' : ''}`].push(median(page.slice(warm)));
      const { model, gradCam } = await openTask(source.path, threads, 1);
      const node = [];
      for (let map = 0; map < each; map += 1) node.push(await seconds(gradCam));
      await model.close();
      taken[`Node, ${threads} thread${threads > 1 ? 's' : ''}`].push(median(node.slice(warm)));
    }
  }
  const [, , one] = Object.values(taken);
  const rows = Object.entries(taken).map(([name, own]) => [
    name,
    ms(median(own)),
    times(median(own.map((value, round) => value / one[round]))),
  ]);
  const half = Math.max(1, Math.round(maps / 2));
  const marks = [Math.min(20, half), half, maps];
  // Threads wait for each other where other programs want the processors, and what memory is taken does not depend on that.
  const { bytes } = await inPage({ threads: 1, count: maps, marks });
  const memory = marks.map((mark, at) => `${mib(bytes[at])} after ${mark} maps`).join(', ');
  return `Grad-CAM of efficientnet-lite0, one image\n${table([['', 'a map', 'to Node, 1 thread'], ...rows])}\n\nmemory of the page: ${memory}`;
}
