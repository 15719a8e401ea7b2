import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { engineFiles } from '@understory/backend-tfjs/web';
import { bundleForBrowser, findChromium, runInChromium } from '@understory/testing/node';
import type { TfjsResults } from './browser/tfjs-worker.ts';
import { explainedInNode } from './explained-in-node.ts';

const chromium = findChromium();
const { resolve } = createRequire(import.meta.url);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const model = here('../../zoo/models/cifar10-resnet');
const picture = here('../../../fixtures/images/chelsea.png');

/** Starts the worker, and answers its first step. */
const page = `
const worker = new Worker('/files/worker.js', { type: 'module' });
worker.onmessage = () => worker.postMessage('stop');
worker.onerror = ({ message }) => fetch('/results', { method: 'POST', body: JSON.stringify({ error: message }) });
`;

// Where there is no Chromium, this is shown as skipped.
(chromium === undefined ? describe.skip : describe)('a TensorFlow.js model in a worker', () => {
  it('is opened with its weights from files of the page, explained as in Node, and stopped', async () => {
    const worker = await bundleForBrowser(here('browser/tfjs-worker.ts'));
    const files = new Map<string, Uint8Array | string>([
      ['worker.js', worker.code],
      ['chelsea.png', readFileSync(picture)],
      ...['config.json', 'preprocessor_config.json', 'tfjs/model.json', 'tfjs/group1-shard1of1.bin'].map(
        (name) => [name, readFileSync(`${model}/${name}`)] as const,
      ),
      ...engineFiles.map(
        (name) => [name, readFileSync(resolve(`@tensorflow/tfjs-backend-wasm/dist/${name}`))] as const,
      ),
    ]);
    const found = await runInChromium<TfjsResults>(chromium!, { script: page, files });
    const { record, maps } = await explainedInNode(`${model}/tfjs/model.json`, picture);
    const { heat } = maps[0]!;
    expect(found).toEqual({
      ...{ runsOn: 'wasm', layer: heat.layer, size: [heat.height, heat.width], heat: expect.any(Array) },
      top: record.top.map(({ label, probability }) => ({ label, probability: expect.closeTo(probability, 4) })),
      ...{ stopped: 'changed its mind', refused: 'TFJS_SHARD_MISSING' },
    });
    const most = Math.max(...heat.data);
    const furthest = heat.data.reduce((far, value, at) => Math.max(far, Math.abs(value - found.heat[at]!)), 0);
    expect(found.heat).toHaveLength(heat.data.length);
    expect(furthest).toBeLessThanOrEqual(1e-3 * most);
  }, 600_000);
});
