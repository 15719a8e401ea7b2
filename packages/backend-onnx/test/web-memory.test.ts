import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { runtimeFiles } from '@understory/backend-onnx/web';
import { bundleForBrowser, findChromium, runInChromium } from '@understory/testing/node';
import type { MemoryResults } from './browser/memory-page.ts';

const chromium = findChromium();
const { resolve } = createRequire(import.meta.url);
const page = fileURLToPath(new URL('browser/memory-page.ts', import.meta.url));
const network = new URL('../../../fixtures/golden/networks/shuffled-torchscript/model.onnx', import.meta.url);

// Where there is no Chromium, this is shown as skipped.
(chromium === undefined ? it.skip : it)(
  'takes no more memory in a page however many maps are made',
  async () => {
    const files = new Map([
      ['model.onnx', readFileSync(network)],
      ...runtimeFiles.wasm.map((name) => [name, readFileSync(resolve(`onnxruntime-web/${name}`))] as const),
    ]);
    const { code: script } = await bundleForBrowser(page);
    const flags = ['--enable-blink-features=ForceEagerMeasureMemory'];
    const found = await runInChromium<MemoryResults>(chromium!, { script, files, isIsolated: true, flags });
    expect(found).toEqual({ few: expect.any(Number), many: expect.any(Number), sums: expect.any(Array) });
    const [first, last] = found.sums;
    expect(first).toBeGreaterThan(0);
    expect(last).toBe(first);
    // A hundred maps hold 100 x 3 x 32 x 32 numbers of input alone, 1.2 MB; what stays of them would show.
    expect(found.many - found.few).toBeLessThan(2 ** 20);
  },
  300_000,
);
