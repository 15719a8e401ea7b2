// Runs the rows of the gradient check on ONNX Runtime for the web in a headless Chromium, and lists those that fail.
//
//   npm run web-rows [-- --only Conv]
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runtimeFiles } from '@understory/backend-onnx/web';
import { bundleForBrowser, findChromium, runInChromium } from '@understory/testing/node';

const { values } = parseArgs({ options: { only: { type: 'string' } } });
const { resolve } = createRequire(import.meta.url);
const chromium = findChromium();
if (chromium === undefined) {
  console.log('web-rows: skipped, there is no Chromium');
  process.exit(0);
}
const rows = new URL('../../packages/onnx-autodiff/test/rows/', import.meta.url);
const tables = readdirSync(rows)
  .sort()
  .map((name) => fileURLToPath(new URL(name, rows)));
const imports = tables.map((path, at) => `import * as table${at} from ${JSON.stringify(path)};`);
const options = JSON.stringify({ runtime: runtimeFiles.wasm, only: values.only });
const entry = `import * as ort from 'onnxruntime-web/wasm';
import { checkRows } from './page.mjs';
${imports.join('\n')}
const found = await checkRows(ort, [${tables.map((_, at) => `table${at}`)}], ${options}).catch((error) => ({ error: String(error.stack ?? error) }));
await fetch('/results', { method: 'POST', body: JSON.stringify(found) });`;
const { code: script } = await bundleForBrowser(fileURLToPath(new URL('entry.mjs', import.meta.url)), { code: entry });
const files = new Map(runtimeFiles.wasm.map((name) => [name, readFileSync(resolve(`onnxruntime-web/${name}`))]));
const { count, failures, error } = await runInChromium(chromium, { script, files });
if (error !== undefined) throw new Error(error);
for (const failure of failures) console.log(failure);
console.log(`${count - failures.length} of ${count} gradients agree with finite differences in the browser`);
process.exitCode = failures.length === 0 ? 0 : 1;
